import { setTimeout as wait } from 'node:timers/promises'
import { StoreUnavailableError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { chatKey } from '../core/message/address.ts'
import type { Message } from '../core/message/message.ts'
import { whyOf } from '../core/text/why.ts'

const FIRST_RETRY_MS = 200
const LAST_RETRY_MS = 2_000

/** Messages that come once: their platform never sends them again, so they wait in memory while the store is away. */
export interface WaitingMessages {
  /**
   * Resolves when it is stored, or waits for the store, or was refused: whether it is stored. Those of one chat are
   * stored in the order they came.
   */
  take(message: Message): Promise<boolean>
  /** How many are not stored yet. */
  readonly size: number
  /**
   * Tries those that wait once more, and refuses what cannot be stored. Resolves when whoever was refused has been
   * told.
   */
  close(): Promise<void>
}

export interface WaitingOptions {
  most: number
  /** A word to its sender; resolves when it was tried. */
  refuse(message: Message): Promise<void>
  log: Log
}

/** Messages of one chat, one after the other. */
interface Line {
  last: Promise<unknown>
  /** Its first one waits for the store. */
  isStuck: boolean
  /** Lets those go who wait for theirs to be stored. */
  waiting: (() => void)[]
}

/** `store` throws StoreUnavailableError while the store is away; a repeat of it must be harmless. */
export function openWaitingMessages(
  store: (message: Message) => Promise<void>,
  options: WaitingOptions,
): WaitingMessages {
  const { most, log } = options
  const stopping = new AbortController()
  const lines = new Map<string, Line>()
  const refusals = new Set<Promise<void>>()
  let size = 0

  /** Nobody waits for the word itself, but a stop. */
  function refuse(message: Message): void {
    const told = options.refuse(message).finally(() => refusals.delete(told))
    refusals.add(told)
  }

  async function storeInTime(message: Message, line: Line): Promise<boolean> {
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(LAST_RETRY_MS, retryMs * 2)) {
      try {
        await store(message)
        line.isStuck = false
        return true
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) {
          log.error({ messageId: message.id, error: whyOf(error) }, 'a message could not be taken')
          refuse(message)
          return false
        }
        if (stopping.signal.aborted) {
          log.error({ messageId: message.id }, 'a message was refused: the process stops while the store is away')
          refuse(message)
          return false
        }
        line.isStuck = true
        for (const letGo of line.waiting.splice(0)) letGo()
        // Its rejection is the stop, after which it is tried once more.
        await wait(retryMs * (0.75 + Math.random() / 2), undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  return {
    get size() {
      return size
    },
    async take(message) {
      if (size >= most) {
        log.warn({ messageId: message.id, waiting: size }, 'a message was refused: too many wait for the store')
        refuse(message)
        return false
      }
      size += 1
      const key = chatKey(message.from)
      const line = lines.get(key) ?? { last: Promise.resolve(), isStuck: false, waiting: [] }
      lines.set(key, line)
      const mine = line.last.then(() => storeInTime(message, line))
      line.last = mine
      const stored = mine.then((isStored) => {
        size -= 1
        if (line.last === mine) lines.delete(key)
        return isStored
      })
      if (line.isStuck) return false
      const stuck = new Promise<false>((resolve) => line.waiting.push(() => resolve(false)))
      return Promise.race([stored, stuck])
    },
    async close() {
      stopping.abort()
      await Promise.all([...lines.values()].map(({ last }) => last))
      await Promise.all(refusals)
    },
  }
}
