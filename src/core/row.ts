import { chatKey, personKey } from './address.ts'
import type { Message } from './message.ts'

/** What a chat does with a question that comes while an earlier one waits or is being answered. */
export interface Overlap {
  /** `queue`: one after the other. `merge`: what comes within `mergeMs` is one question. `interrupt`: the newer takes the place of the older. */
  mode: 'queue' | 'merge' | 'interrupt'
  mergeMs: number
}

/** The row that a question stands in: one person's in one chat, or with a shared memory all of that chat. */
export function rowOf({ from, sender }: Pick<Message, 'from' | 'sender'>, memory: 'person' | 'chat'): string {
  return memory === 'chat' ? chatKey(from) : `${chatKey(from)} ${personKey(from.channel, sender.id)}`
}
