import { ConfigError } from '../../../config/config-error.ts'
import { npmScript } from '../../../config/npm.ts'
import { AppError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'

export interface Running {
  log: Log
  /** So long may its work go on after a stop has begun. */
  drainMs: number
  stop(): Promise<void>
}

/** A stop that takes so much longer than the work may hangs, and is cut off. */
const STOP_MS = 20_000

/** npm passes on a signal that the terminal sends to both: so soon after the first it is the same one. */
const ECHO_MS = 100
/** How often it is looked whether npm still lives. */
const LOOK_MS = 500

/**
 * Starts, and stops cleanly on SIGTERM or SIGINT, when it is `asked`, or when the npm that runs it is gone; told while
 * it starts, it stops as soon as it has. A second signal stops at once. What keeps it from starting is told in one
 * line.
 */
export async function runUntilStopped(start: () => Promise<Running>, asked?: Promise<void>): Promise<void> {
  // Before the start: a signal that nobody listens to kills, in the middle of whatever is being written.
  const told = new Promise<string>((resolve) => {
    let heardAtMs: number | undefined
    const hear = (signal: string): void => {
      const nowMs = performance.now()
      heardAtMs ??= nowMs
      if (nowMs - heardAtMs > ECHO_MS) process.exit(130)
      resolve(signal)
    }
    process.on('SIGTERM', hear)
    process.on('SIGINT', hear)
    void asked?.then(() => resolve('asked'))
    const { ppid } = process
    // This also keeps it running while what it started has nothing under way: Node would end it then.
    setInterval(() => {
      // Killed, npm cannot pass anything on. Who stopped it wants this process gone, and its data folder free.
      if (npmScript !== undefined && process.ppid !== ppid) resolve('npm is gone')
    }, LOOK_MS)
  })
  let running: Running
  try {
    running = await start()
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  }
  const why = await told
  running.log.info({ why }, 'stopping')
  setTimeout(() => process.exit(1), running.drainMs + STOP_MS).unref()
  await running.stop()
  running.log.info({}, 'stopped')
  process.exit(0)
}

/** One sentence for what an operator can mend; for what nobody expected, where it came from. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof AppError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
