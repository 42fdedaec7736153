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
 * Starts, and stops cleanly on SIGTERM or SIGINT, or when it is `asked`; a second signal stops at once. What keeps it from starting is told in one line.
 */
export async function runUntilStopped(start: () => Promise<Running>, asked?: Promise<void>): Promise<void> {
  let running: Running
  try {
    running = await start()
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  }

  let isStopping = false
  const stop = async (why: string): Promise<void> => {
    if (isStopping) return
    isStopping = true
    running.log.info({ why }, 'stopping')
    setTimeout(() => process.exit(1), running.drainMs + STOP_MS).unref()
    await running.stop()
    running.log.info({}, 'stopped')
    process.exit(0)
  }
  let signals = 0
  const hear = (signal: string): void => {
    signals += 1
    if (signals > 1) process.exit(130)
    void stop(signal)
  }
  process.on('SIGTERM', hear)
  process.on('SIGINT', hear)
  void asked?.then(() => stop('asked'))
}

/** One sentence for what an operator can mend; for what nobody expected, where it came from. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof AppError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
