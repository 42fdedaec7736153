import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import { startWecomSimulator, type WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { copyEmbeddedFolder } from '../fakes/embedded-folder.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'
import { type Huitou, scratchDir, startHuitou } from '../fakes/huitou.ts'
import { startHere } from '../fakes/huitou-here.ts'
import type { Part } from '../fakes/parts.ts'
import { startRedisServer } from '../fakes/redis-server.ts'
import { overviewOf } from './books.ts'
import type { StoreKind } from './place.ts'
import { until } from './work.ts'

export interface CompanyOptions {
  /** `embedded`: one part that does everything; `redis`: one that serves and one that works. */
  store?: StoreKind
  /** What stands in the config file. */
  config?: Readonly<Record<string, unknown>>
  env?: Readonly<Record<string, string>>
  /** In processes of their own. */
  apart?: boolean
}

/** A company that has set Huitou up for its chat, as its people and operators see it. */
export interface Company {
  wecom: WecomSimulator
  /** Takes callbacks and serves the API; works as well, unless workers run apart. */
  huitou: Huitou
  /** Every process there is. */
  processes: readonly Huitou[]
  /** The task that a message became, once there is one. */
  task(msgId: string): Promise<TaskDetail | undefined>
  /** What a member is told first after they said this, on whichever way. */
  answer(person: string, text: string): Promise<string>
  ended(msgId: string, withinMs?: number): Promise<TaskDetail>
  /** How many tasks of a lane run. */
  running(lane: string): Promise<number>
  close(): Promise<void>
}

/** Undefined where there is no redis-server. */
export async function openCompany({
  store = 'embedded',
  config = {},
  env = {},
  apart = false,
}: CompanyOptions = {}): Promise<Company | undefined> {
  const redis = store === 'redis' ? await startRedisServer() : undefined
  if (store === 'redis' && redis === undefined) return undefined
  const wecom = await startWecomSimulator({ redeliveries: 0 })
  const { dir, remove } = await scratchDir()
  const embedded = store === 'embedded' && !apart ? await anEmbeddedStore() : undefined
  if (store === 'embedded' && apart) await copyEmbeddedFolder(join(dir, 'store'))
  // JSON is YAML too.
  await writeFile(join(dir, 'huitou.yaml'), JSON.stringify(config))
  const options = {
    dataDir: dir,
    redisUrl: redis?.url,
    simulator: wecom,
    env: { HUITOU_CONFIG: join(dir, 'huitou.yaml'), ...env },
  }
  const start = (part: Part) => (apart ? startHuitou({ ...options, part }) : startHere({ ...options, part, embedded }))
  const workers = redis === undefined ? [] : [await start('work')]
  const huitou = await start(redis === undefined ? 'all' : 'serve')
  const processes = [huitou, ...workers]

  const company: Company = {
    wecom,
    huitou,
    processes,
    async task(msgId) {
      const response = await huitou.api(`/api/tasks/wecom-${msgId}`)
      // The API answers in its own shapes, which its own tests check.
      return response.ok ? ((await response.json()) as TaskDetail) : undefined
    },
    async answer(person, text) {
      const seen = wecom.inbox.at(-1)?.seq ?? 0
      const { reply } = await wecom.say(person, text)
      return reply?.content ?? (await wecom.waitFor(({ to, seq }) => to === person && seq > seen, 30_000)).text
    },
    async ended(msgId, withinMs = 30_000) {
      let task: TaskDetail | undefined
      await until(
        async () => {
          task = await company.task(msgId)
          return task?.endedAt !== undefined
        },
        withinMs,
        () => `the end of ${task?.text} (${task?.state})`,
      )
      // It is there, or `until` has thrown.
      return task as TaskDetail
    },
    async running(lane) {
      return (await overviewOf(huitou)).lanes.find(({ name }) => name === lane)?.active ?? 0
    },
    async close() {
      await Promise.all(processes.map((each) => each.stop()))
      await wecom.close()
      await embedded?.close()
      await redis?.stop()
      await remove()
    },
  }
  return company
}

/** The number in a notice: `已收到 #12，…`. */
export function numberIn(text: string | undefined): number {
  const number = /#(\d+)/.exec(text ?? '')?.[1]
  if (number === undefined) throw new Error(`no task number in "${text}"`)
  return Number(number)
}
