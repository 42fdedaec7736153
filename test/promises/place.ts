import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { WecomSimulator, WecomSimulatorOptions } from '../../src/simulators/wecom/index.ts'
import { startWecomSimulator } from '../../src/simulators/wecom/index.ts'
import { type Huitou, type HuitouOptions, scratchDir, startHuitou } from '../fakes/huitou.ts'
import { type RedisServer, startRedisServer } from '../fakes/redis-server.ts'

export const storeKinds = ['embedded', 'redis'] as const
export type StoreKind = (typeof storeKinds)[number]

/** Where Huitou's processes of one test live one after the other: the same data, the same Redis, the same platform. */
export interface Place {
  simulator: WecomSimulator
  /** On the Redis store only. */
  redis: RedisServer | undefined
  dataDir: string
  /** Writes a file of a public scene; resolves to the settings by which such files are all the scenes there are. */
  writeScene(file: string, text: string): Promise<{ SCENE_DIRS: string }>
  /** Starts a process on the data; whatever is left of it is killed when the test is over. */
  start(options?: Pick<HuitouOptions, 'env' | 'signal' | 'part' | 'cwd'>): Promise<Huitou>
}

export interface PlaceOptions extends WecomSimulatorOptions {
  redisDown?: boolean
}

/** Undefined where the store cannot be had on this machine; with CI=true that is an error. */
export async function aPlace(kind: StoreKind, options: PlaceOptions = {}): Promise<Place | undefined> {
  const redis = kind === 'redis' ? await startRedisServer({ down: options.redisDown }) : undefined
  if (kind === 'redis' && redis === undefined) return undefined
  onTestFinished(() => redis?.stop())
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  const simulator = await startWecomSimulator(options)
  onTestFinished(() => simulator.close())
  const started: Huitou[] = []
  onTestFinished(async () => void (await Promise.all(started.map((huitou) => huitou.kill9()))))
  return {
    simulator,
    redis,
    dataDir: dir,
    async writeScene(file, text) {
      const folder = join(dir, 'scenes', 'public')
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, file), text)
      return { SCENE_DIRS: join(dir, 'scenes') }
    },
    async start(more = {}) {
      const huitou = await startHuitou({ dataDir: dir, redisUrl: redis?.url, simulator, ...more })
      started.push(huitou)
      return huitou
    },
  }
}
