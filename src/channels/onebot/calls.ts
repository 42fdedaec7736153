import { randomUUID } from 'node:crypto'
import { UnavailableError, UnsureError } from '../../core/errors.ts'
import type { ChannelLog } from '../channel.ts'
import type { Action, Answer } from './types.ts'

/** Calls over one socket: each has an echo of its own and a deadline, since answers come in any order or not at all. */
export interface Calls {
  /**
   * Throws UnavailableError when nothing was written, UnsureError when it was and no answer came. A caller that gives
   * up after it was written is unsure too.
   */
  call(action: Action, timeoutMs: number, signal?: AbortSignal): Promise<Answer>
  /** An answer came. One that nobody waits for is logged and nothing else: without its echo it is nobody's. */
  hear(answer: Answer): void
  /** The socket is gone, and with it all answers. */
  close(): void
}

interface Pending {
  resolve(answer: Answer): void
  reject(error: Error): void
}

export function openCalls(write: (frame: string) => void, log: ChannelLog): Calls {
  const pending = new Map<string, Pending>()
  let isClosed = false

  return {
    async call({ action, params }, timeoutMs, signal) {
      if (isClosed || signal?.aborted) throw new UnavailableError(`onebot: ${action} was not called`)
      const echo = randomUUID()
      const { promise, resolve, reject } = Promise.withResolvers<Answer>()
      pending.set(echo, { resolve, reject })
      const unsure = (why: string): void => reject(new UnsureError(`onebot: ${action}: ${why}`, false))
      const giveUp = (): void => unsure('given up before its answer came')
      const timer = setTimeout(() => unsure(`no answer within ${timeoutMs} ms`), timeoutMs)
      signal?.addEventListener('abort', giveUp, { once: true })
      try {
        write(JSON.stringify({ action, params, echo }))
        return await promise
      } finally {
        clearTimeout(timer)
        signal?.removeEventListener('abort', giveUp)
        pending.delete(echo)
      }
    },
    hear(answer) {
      const call = typeof answer.echo === 'string' ? pending.get(answer.echo) : undefined
      if (call !== undefined) call.resolve(answer)
      else log.warn({ status: answer.status, retcode: answer.retcode }, 'an answer came that nobody waits for')
    },
    close() {
      isClosed = true
      for (const { reject } of pending.values()) {
        reject(new UnsureError('onebot: the connection broke before the answer came', false))
      }
    },
  }
}
