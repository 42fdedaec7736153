import type { OnebotSimulator } from '../../src/simulators/onebot/index.ts'
import type { OpenaiSimulator, OpenaiSimulatorOptions } from '../../src/simulators/openai/index.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { isTrial } from '../fakes/sized.ts'
import { aPlace, type StoreKind } from './place.ts'
import { aModel, aQq } from './qq-and-model.ts'

/** Where a group on QQ asks a model. */
export interface Room {
  huitou: Huitou
  qq: OnebotSimulator
  model: OpenaiSimulator
}

export async function aRoom(kind: StoreKind, options: OpenaiSimulatorOptions = {}): Promise<Room | undefined> {
  // A thousand at once are too much for one process that plays QQ and the model as well.
  const place = await aPlace(kind, { apart: isTrial })
  if (place === undefined) return undefined
  const { model, env } = await aModel(options)
  const huitou = await place.start({ env: { ...env, HUITOU_CONFIG: 'test/promises/onebot.yaml' } })
  return { huitou, model, qq: await aQq(huitou) }
}

/** What the bot said, notices not counted. */
export const answers = ({ inbox }: OnebotSimulator) =>
  inbox.filter(({ text }) => !text.includes('cancel')).map(({ text }) => text)
