import { RejectedError, StoreUnavailableError, UnavailableError } from '../../core/errors.ts'
import {
  type BubbleEntry,
  bubblesKept,
  type ConsoleHint,
  consoleConversation,
  consoleTopic,
} from '../../core/message/bubble.ts'
import type { Channel } from '../channel.ts'
import { consoleRooms } from './people.ts'

/** The console's platform is our own store: what it needs of it, handed over as functions. */
export interface ConsolePorts {
  now(): number
  /** Adds entries to a conversation; one whose id stands there already is left alone. */
  append(conversation: string, entries: { id: string; entry: BubbleEntry }[], keep: number): Promise<unknown>
  /** Tells all processes that a chat has something new. */
  publish(topic: string, payload: unknown): Promise<void>
}

/**
 * The chat in the browser. What people say there comes in over the dashboard's socket, so it has nothing to receive.
 */
export function consoleChannel(ports: ConsolePorts): Channel {
  const tell = (hint: ConsoleHint): Promise<void> => ports.publish(consoleTopic, hint)
  return {
    id: 'console',
    platform: 'console',
    limits: { account: [], chat: [] },
    can: {
      idempotentSends: true,
      // Nothing is kept of it: the browsers that look on are told, and put the bubble of the same id in its place.
      drafts: { show: ({ id, to, taskId, at, text }) => tell({ chat: to.chat, draft: { id, taskId, at, text } }) },
    },
    split: (parts) => [...parts],

    async send({ id, to, part, taskId }) {
      if (!consoleRooms.some((room) => room.chat === to.chat)) {
        throw new RejectedError(`the console has no chat "${to.chat}" (delivery ${id})`)
      }
      const at = ports.now()
      const entry: BubbleEntry = { at, from: { kind: 'bot' }, parts: [part], taskId }
      try {
        // The delivery's id is the bubble's, so a repeat shows once.
        await ports.append(consoleConversation(to.chat), [{ id, entry }], bubblesKept)
        await tell({ chat: to.chat })
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error
        throw new UnavailableError(`the console could not keep delivery ${id}`, { cause: error })
      }
      return { platformMessageId: id, sentAt: at }
    },

    down: () => undefined,
  }
}
