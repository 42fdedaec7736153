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

/** Starts, and stops cleanly on SIGTERM or SIGINT; a second signal stops at once. What keeps it from starting is told in one line. */
export async function runUntilStopped(start: () => Promise<Running>): Promise<void> {
  let running: Running
  try {
    running = await start()
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  }

  let isStopping = false
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) process.exit(130)
    isStopping = true
    running.log.info({ signal }, 'stopping')
    setTimeout(() => process.exit(1), running.drainMs + STOP_MS).unref()
    await running.stop()
    running.log.info({}, 'stopped')
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop('SIGTERM'))
  process.on('SIGINT', () => void stop('SIGINT'))
}

/** One sentence for what an operator can mend; for what nobody expected, where it came from. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof AppError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
