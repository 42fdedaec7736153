import { ConfigError } from '../config/config-error.ts'
import { AppError } from './core/errors.ts'
import type { Log } from './core/log.ts'

export interface Running {
  log: Log
  /** So long may its work go on after a stop has begun. */
  drainMs: number
  stop(): Promise<void>
}

/** A stop that takes so much longer than the work may hangs, and is cut off. */
const STOP_MS = 20_000

/**
 * Starts, and stops cleanly on SIGTERM or SIGINT, or when it is `asked`; heard while it starts, it stops as soon as it has. A second signal stops at once.
 * What keeps it from starting is told in one line.
 */
export async function runUntilStopped(start: () => Promise<Running>, asked?: Promise<void>): Promise<void> {
  // Before the start: a signal that nobody listens to kills, in the middle of whatever is being written.
  const told = new Promise<string>((resolve) => {
    let signals = 0
    const hear = (signal: string): void => {
      signals += 1
      if (signals > 1) process.exit(130)
      resolve(signal)
    }
    process.on('SIGTERM', hear)
    process.on('SIGINT', hear)
    void asked?.then(() => resolve('asked'))
  })
  // It runs until it is told to stop, also while what it started has nothing under way: Node would end it then.
  setInterval(() => {}, 60_000)
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
