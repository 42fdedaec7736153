import type { OnebotSimulator } from '../../src/simulators/onebot/index.ts'
import type { OpenaiSimulator, OpenaiSimulatorOptions } from '../../src/simulators/openai/index.ts'
import { aPlace, type Place, type PlaceOptions, type StoreKind } from './place.ts'
import { aModel } from './qq-and-model.ts'

/** Where people on QQ ask a model. */
export interface Room {
  place: Place
  env: Record<string, string>
  model: OpenaiSimulator
}

export async function aRoom(
  kind: StoreKind,
  options: OpenaiSimulatorOptions = {},
  placed: PlaceOptions = {},
): Promise<Room | undefined> {
  const place = await aPlace(kind, placed)
  if (place === undefined) return undefined
  const { model, env } = await aModel(options)
  return { place, model, env: { ...env, HUITOU_CONFIG: 'test/promises/overlap.yaml' } }
}

/** What was said, notices not counted. */
export const said = ({ inbox }: OnebotSimulator): string[] =>
  inbox.map(({ text }) => text).filter((text) => !/cancel \d/.test(text))

export const numbered = (count: number): string[] => Array.from({ length: count }, (_, number) => `question-${number}`)
