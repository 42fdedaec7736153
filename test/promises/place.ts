import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { WecomSimulator, WecomSimulatorOptions } from '../../src/simulators/wecom/index.ts'
import { startWecomSimulator } from '../../src/simulators/wecom/index.ts'
import { copyEmbeddedFolder } from '../fakes/embedded-folder.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'
import { type Huitou, type HuitouOptions, scratchDir, startHuitou } from '../fakes/huitou.ts'
import { startHere } from '../fakes/huitou-here.ts'
import { type RedisServer, startRedisServer } from '../fakes/redis-server.ts'
import { keptEmbedded, keptRedis } from '../upgrade/kept-store.ts'

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
  /** Kills a process of its own; a part of this process stops. */
  end(huitou: Huitou): Promise<unknown>
  /** Starts Huitou on the data; whatever is left of it is ended when the test is over. */
  start(options?: Pick<HuitouOptions, 'env' | 'signal' | 'part' | 'cwd' | 'isAsShipped' | 'diesAt'>): Promise<Huitou>
}

export interface PlaceOptions extends WecomSimulatorOptions {
  redisDown?: boolean
  /** In processes of their own, which can be killed; they take many times as long to start. */
  apart?: boolean
  /** The version of Huitou that left the store, with all that it had under way; else it is a new one. */
  storeOf?: string
}

/** Undefined where the store cannot be had on this machine; with CI=true that is an error. */
export async function aPlace(
  kind: StoreKind,
  { redisDown, apart = false, storeOf, ...rest }: PlaceOptions = {},
): Promise<Place | undefined> {
  const redis =
    kind === 'redis'
      ? await startRedisServer({ down: redisDown, rdb: storeOf === undefined ? undefined : keptRedis(storeOf) })
      : undefined
  if (kind === 'redis' && redis === undefined) return undefined
  onTestFinished(() => redis?.stop())
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  const embedded = kind === 'embedded' && !apart && storeOf === undefined ? await anEmbeddedStore() : undefined
  onTestFinished(() => embedded?.close())
  if (kind === 'embedded' && storeOf !== undefined) keptEmbedded(storeOf, dir)
  else if (kind === 'embedded' && apart) await copyEmbeddedFolder(join(dir, 'store'))
  const simulator = await startWecomSimulator(rest)
  onTestFinished(() => simulator.close())
  const started: Huitou[] = []
  const end = (huitou: Huitou): Promise<unknown> => (apart ? huitou.kill9() : huitou.stop())
  onTestFinished(async () => void (await Promise.all(started.map(end))))
  return {
    simulator,
    redis,
    dataDir: dir,
    end,
    async writeScene(file, text) {
      const folder = join(dir, 'scenes', 'public')
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, file), text)
      return { SCENE_DIRS: join(dir, 'scenes') }
    },
    async start({ part = 'all', env, ...more } = {}) {
      const options = { dataDir: dir, redisUrl: redis?.url, simulator, env }
      if (!apart && Object.keys(more).length > 0)
        throw new Error(`only a process of its own takes ${Object.keys(more)}`)
      const huitou =
        apart || part === 'up'
          ? await startHuitou({ ...options, part, ...more })
          : await startHere({ ...options, part, embedded })
      started.push(huitou)
      return huitou
    },
  }
}
