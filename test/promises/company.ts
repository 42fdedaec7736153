import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Overview, TaskDetail } from '../../src/dashboard/api/shapes.ts'
import { startWecomSimulator, type WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { type Huitou, scratchDir, startHuitou } from '../fakes/huitou.ts'
import { startRedisServer } from '../fakes/redis-server.ts'

/** The ways Huitou is run: everything in one process on the embedded store, or apart and on Redis. */
export const settings = ['embedded', 'redis'] as const
export type Setting = (typeof settings)[number]

export interface CompanyOptions {
  setting?: Setting
  /** What stands in the config file. */
  config?: Readonly<Record<string, unknown>>
  env?: Readonly<Record<string, string>>
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
  ended(msgId: string, withinMs?: number): Promise<TaskDetail>
  overview(): Promise<Overview>
  /** How many tasks of a lane run. */
  running(lane: string): Promise<number>
  close(): Promise<void>
}

/** Undefined where there is no redis-server. */
export async function openCompany({ setting = 'embedded', config = {}, env = {} }: CompanyOptions = {}): Promise<
  Company | undefined
> {
  const redis = setting === 'redis' ? await startRedisServer() : undefined
  if (setting === 'redis' && redis === undefined) return undefined
  const wecom = await startWecomSimulator({ redeliveries: 0 })
  const { dir, remove } = await scratchDir()
  // JSON is YAML too.
  await writeFile(join(dir, 'huitou.yaml'), JSON.stringify(config))
  const options = {
    dataDir: dir,
    redisUrl: redis?.url,
    simulator: wecom,
    env: { HUITOU_CONFIG: join(dir, 'huitou.yaml'), ...env },
  }
  const workers = redis === undefined ? [] : [await startHuitou({ ...options, part: 'work' })]
  const huitou = await startHuitou({ ...options, part: redis === undefined ? 'all' : 'serve' })
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
    ended: (msgId, withinMs = 30_000) =>
      until(async () => {
        const task = await company.task(msgId)
        return task?.endedAt === undefined ? undefined : task
      }, withinMs),
    async overview() {
      return (await (await huitou.api('/api/overview')).json()) as Overview
    },
    async running(lane) {
      return (await company.overview()).lanes.find(({ name }) => name === lane)?.active ?? 0
    },
    async close() {
      await Promise.all(processes.map((each) => each.stop()))
      await wecom.close()
      await redis?.stop()
      await remove()
    },
  }
  return company
}

/** Looks again and again until there is something. */
export async function until<Found>(
  look: () => Promise<Found | undefined> | Found | undefined,
  withinMs = 30_000,
): Promise<Found> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`nothing came within ${withinMs} ms: ${look}`)
    await wait(20)
  }
}

/** Undefined unless it holds, for `until`. */
export function when(holds: boolean): true | undefined {
  return holds || undefined
}

/** The number in a notice: `已收到 #12，…`. */
export function numberIn(text: string | undefined): number {
  const number = /#(\d+)/.exec(text ?? '')?.[1]
  if (number === undefined) throw new Error(`no task number in "${text}"`)
  return Number(number)
}
