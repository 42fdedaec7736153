import { StoreUnavailableError } from '../../core/errors.ts'

/**
 * First words of replies that say "not now": loading, a replica, full memory, a full disk, a cluster between two
 * states.
 */
const notNow = new Set([
  'LOADING',
  'READONLY',
  'OOM',
  'MISCONF',
  'MASTERDOWN',
  'NOREPLICAS',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'BUSY',
])

/**
 * What to throw for what ioredis threw: StoreUnavailableError when Redis is away or cannot write, the error itself when
 * the call was wrong.
 */
export function storeFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof StoreUnavailableError) return error
  if (error.name === 'ReplyError' && !notNow.has(error.message.split(' ', 1)[0] ?? '')) return error
  // What is no reply came from the connection: refused, closed, timed out.
  return new StoreUnavailableError(`redis is not available: ${error.message}`, { cause: error })
}

/** Waits for a command, and throws what `storeFault` makes of its error. */
export async function answered<T>(command: Promise<T>): Promise<T> {
  try {
    return await command
  } catch (error) {
    throw storeFault(error)
  }
}
