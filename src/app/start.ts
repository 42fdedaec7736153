import type { Config } from '../../config/config.ts'
import { StoreUnavailableError, UsageError } from '../core/errors.ts'
import { ensureAdminPassword } from '../dashboard/api/index.ts'
import { buildDashboard } from '../dashboard/build.ts'
import type { Tally } from '../deploy/messages.ts'
import { type Door, ownPort } from '../web/door.ts'
import { ensureDataDir } from './machine/data-dir.ts'
import { ensureLocalToken } from './machine/local-token.ts'
import { openLog } from './machine/log.ts'
import { type Machine, machineWith } from './machine/machine.ts'
import { isFirstStart } from './machine/open-store.ts'
import type { Running } from './machine/process.ts'
import { openStopping } from './machine/stopping.ts'
import { version } from './machine/version.ts'
import { startServing } from './serving.ts'
import { openSides } from './sides.ts'
import { startWorking } from './working.ts'

export interface Started extends Running {
  url: string
  store: string
  /** How attempts at tasks ended here. */
  tally(): Tally
}

export interface StartOptions extends Partial<Machine> {
  servesOnly?: boolean
  door?: Door
}

/**
 * Starts the serving half and, unless `servesOnly`, the working half in one process; resolves when it is ready. The
 * embedded store belongs to one process, so serving alone needs Redis.
 */
export async function start(
  given: Config,
  { servesOnly = false, door = ownPort(given), ...machine }: StartOptions = {},
): Promise<Started> {
  if (servesOnly && given.redisUrl === undefined) {
    throw new UsageError('serving apart from the workers needs Redis: set REDIS_URL, or run everything with npm start')
  }
  const log = machine.log ?? openLog(given.logLevel)
  // What only an operator can mend is told before anything is opened.
  await door.check()
  await ensureDataDir(given.dataDir)
  if (isFirstStart(given))
    tell('正在建立数据库，只有第一次需要几秒 making the database, which takes some seconds this once')
  const config = { ...given, apiTokens: [...given.apiTokens, await ensureLocalToken(given.dataDir)] }
  await buildDashboard()
  const { stored, scenes, talk, engine, close } = await openSides(config, machineWith(log, machine))
  const ports = { ...stored, ...scenes, ...talk, ...engine }
  // Serving first: it is the one whose port may be taken, and what it accepts waits for the workers.
  const served = await startServing(config, ports, version, door)
  const work = servesOnly ? undefined : await startWorking(config, ports, Object.keys(config.lanes))
  log.info({ url: served.url, store: stored.store.kind, channels: [...talk.channels.keys()] }, 'huitou is ready')
  let greeting: NodeJS.Timeout | undefined
  async function greetWithPassword(url: string): Promise<void> {
    try {
      const { shown } = await ensureAdminPassword(stored.store, config, stored.now())
      greet(url, shown)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      greeting = setTimeout(() => void greetWithPassword(url), 1_000)
    }
  }
  await greetWithPassword(served.url)
  return {
    url: served.url,
    store: stored.store.kind,
    tally: work?.tally ?? (() => ({ ended: 0, failed: 0 })),
    log,
    drainMs: config.limits.drainMs,
    /** What is said while the work drains is still taken: it is stored, and done by whoever comes next. */
    async stop() {
      clearTimeout(greeting)
      const stopping = openStopping(config.limits, log)
      await work?.stop(stopping)
      await stopping.close('the serving half', () => served.stop())
      await close(stopping)
    },
  }
}

/** For the person at the terminal; a service's log has the line above. */
function greet(url: string, password: string | undefined): void {
  const lines = [`回头 Huitou  ${url}`]
  if (password !== undefined) lines.push(`管理员密码 admin password: ${password}`, '只显示这一次 shown only this once')
  tell(...lines)
}

function tell(...lines: string[]): void {
  process.stdout.write(`\n${lines.map((line) => `  ${line}\n`).join('')}\n`)
}
