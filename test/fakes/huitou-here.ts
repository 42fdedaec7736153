import { existsSync, readFileSync } from 'node:fs'
import { readConfig } from '../../config/read.ts'
import { openStore } from '../../src/app/machine/open-store.ts'
import type { Log } from '../../src/core/log.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { calling, environmentOf, type Huitou, type HuitouOptions, linesOf } from './huitou.ts'
import { brisk, type Part, startPart } from './parts.ts'

export interface HereOptions extends Pick<HuitouOptions, 'dataDir' | 'redisUrl' | 'simulator' | 'env'> {
  part?: Part
  /** Where there is no Redis: stays open when Huitou stops. */
  embedded?: EmbeddedStore
}

/** Starts Huitou as a part of this process: what is not about processes needs none of its own, which takes many times as long to start. */
export async function startHere({ part = 'all', embedded, ...options }: HereOptions): Promise<Huitou> {
  const lines = linesOf()
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)
  const config = readConfig(environmentOf(options), read)
  const started = await startPart(
    part,
    { ...config, limits: brisk(config.limits) },
    { log: logTo(lines.add), openStore: embedded === undefined ? openStore : lend(embedded) },
  )
  if (part !== 'work') options.simulator?.setCallback(`${started.url}/in/wecom`)
  let stopped: Promise<void> | undefined
  return {
    ...calling(started.url),
    pid: 0,
    log: lines.log,
    ended: new Promise(() => {}),
    readyMs: 0,
    errors: () => '',
    waitForLog: lines.waitFor,
    async stop() {
      stopped ??= started.stop()
      await stopped
      return 0
    },
    kill9: () => Promise.reject(new Error('only a process of its own can be killed')),
  }
}

function lend(store: EmbeddedStore): typeof openStore {
  return async () => ({
    store: { ...store, close: async () => undefined },
    queuesAt: { kind: 'embedded', pool: store.pool },
  })
}

/** As its lines stand in the log of a process. */
function logTo(add: (line: Record<string, unknown>) => void): Log {
  const at = (level: number) => (fields: object, msg: string) =>
    add({ level, ...JSON.parse(JSON.stringify(fields)), msg })
  return { debug() {}, info: at(30), warn: at(40), error: at(50) }
}
