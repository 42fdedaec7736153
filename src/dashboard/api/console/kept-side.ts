import { StoreUnavailableError } from '../../../core/errors.ts'
import {
  type BubbleEntry,
  bubbleEntrySchema,
  bubblesKept,
  consoleConversation,
  consoleHintSchema,
  consoleTopic,
} from '../../../core/message/bubble.ts'
import type { Message } from '../../../core/message/message.ts'
import { plainText } from '../../../core/message/part.ts'
import type { ApiPorts } from '../ports.ts'
import { topicOf } from '../topic.ts'
import type { ConsoleChat } from './shapes.ts'
import { bell, type Saying, type Side } from './side.ts'

const channel = 'console'
/** Hints may be lost, so the conversation is also read this often. */
const lookAgainMs = 2000
const readAtOnce = 100

/** The console's own channel: its chats are conversations in the store. */
export function keptSide(ports: ApiPorts): Side {
  const { conversations, signals } = ports.store
  const hints = topicOf(signals, consoleTopic, ports.log)

  async function read(chat: string, after: number) {
    try {
      return await conversations.read(consoleConversation(chat), after, readAtOnce)
    } catch (error) {
      if (error instanceof StoreUnavailableError) return []
      throw error
    }
  }

  return {
    async chats() {
      return ports.rooms.map((room) => ({ channel, ...room, people: [...room.people] }))
    },

    async follow(chat, after, show, signal) {
      const news = bell()
      const leave = hints.join((hint) => {
        const { data } = consoleHintSchema.safeParse(hint)
        if (data?.chat !== chat) return
        if (data.draft) show.draft(data.draft)
        else news.ring()
      })
      try {
        for (let last = after; !signal.aborted; ) {
          const entries = await read(chat, last)
          for (const { seq, id, entry } of entries) {
            if (signal.aborted) return
            last = seq
            const bubble = bubbleEntrySchema.safeParse(entry)
            if (bubble.success) show.bubble({ seq, id, ...bubble.data })
          }
          if (entries.length < readAtOnce) await news.wait(lookAgainMs, signal)
        }
      } finally {
        leave()
      }
    },

    async say(saying, chat) {
      const message = messageOf(saying, chat, ports.now())
      const from = { kind: 'person' as const, id: message.sender.id, name: message.sender.name ?? message.sender.id }
      // A message is the task of the same id. The bubble goes first, so that no answer stands before its question.
      const entry: BubbleEntry = { at: message.receivedAt, from, parts: message.parts, taskId: message.id }
      await conversations.append(consoleConversation(chat.chat), [{ id: message.id, entry }], bubblesKept)
      await signals.publish(consoleTopic, { chat: chat.chat })
      return ports.accept(message)
    },
  }
}

function messageOf({ id, person, parts }: Saying, { chat, chatKind, people }: ConsoleChat, now: number): Message {
  const name = people.find((one) => one.id === person)?.name
  const from = { channel, chat, chatKind }
  return { id: `console-${id}`, from, sender: { id: person, name }, text: plainText(parts), parts, receivedAt: now }
}
