import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import type { OnebotSimulator } from '../../src/simulators/onebot/index.ts'
import type { OpenaiSimulator } from '../../src/simulators/openai/index.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { toolModel } from '../fakes/tool-model.ts'
import { allRuns, detailsOf, overviewOf } from './books.ts'
import { aPlace, type Place, type StoreKind } from './place.ts'
import { aModel, aQq, QQ_TOKEN } from './qq-and-model.ts'
import { until } from './work.ts'

export const TOKEN = QQ_TOKEN
export const WORD = 'a-secret-word-for-mcp'

/** Where people on QQ ask a model that calls tools. */
export interface Room {
  huitou: Huitou
  place: Place
  qq: OnebotSimulator
  model: OpenaiSimulator
  /** A file that tools write words into. */
  marks: string
  words(): string[]
  restart(): Promise<Huitou>
  /** Says something and waits for what is said back. */
  ask(text: string, person?: string): Promise<string>
}

export async function aRoom(
  kind: StoreKind,
  { mcpUrl = 'http://127.0.0.1:9/mcp', apart = false } = {},
): Promise<Room | undefined> {
  const place = await aPlace(kind, { apart })
  if (place === undefined) return undefined
  const { model, env: modelEnv } = await aModel({ answer: toolModel })
  const env = {
    ...modelEnv,
    HUITOU_CONFIG: 'test/promises/tools.yaml',
    SCENE_DIRS: 'test/fixtures/tool-scenes,src/scenes',
    NODE: process.execPath,
    FAKE_WORD: WORD,
    MCP_URL: mcpUrl,
    MCP_TOKEN: TOKEN,
  }
  const huitou = await place.start({ env })
  const port = new URL(huitou.url).port
  const qq = await aQq(huitou)
  const marks = join(place.dataDir, 'marks.txt')
  return {
    huitou,
    place,
    qq,
    model,
    marks,
    words: () => (existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n') : []),
    restart: () => place.start({ env: { ...env, PORT: port } }),
    async ask(text, person = '10001') {
      // Who waits long is told so; that is no answer.
      const answers = () =>
        qq.inbox.filter(
          ({ chat, text: said }) => 'person' in chat && chat.person === person && !said.includes('请稍候'),
        )
      const before = answers().length
      qq.sayInPrivate(person, `#${text}`)
      await until(
        () => answers().length > before,
        30_000,
        () => `an answer to ${text}`,
      )
      // A long one comes in pieces, and pictures behind it: none of it is taken for the next answer.
      await until(() => isAllSent(huitou).catch(() => false), 10_000, 'all of it is sent')
      return answers()[before]?.text ?? ''
    },
  }
}

async function isAllSent(huitou: Huitou): Promise<boolean> {
  return (await overviewOf(huitou)).channels.every(({ waiting }) => waiting === 0)
}

/** The newest run of this command, as the dashboard sees it. */
export async function lastOf(huitou: Huitou, command: string): Promise<TaskDetail> {
  const run = (await allRuns(huitou)).find((each) => each.command === command)
  const [detail] = run === undefined ? [] : await detailsOf(huitou, [run.id])
  return detail ?? expect.fail(`there is no run of ${command}`)
}

export const json = (given: object): string => JSON.stringify(given)
