import { chatKey } from '../message/address.ts'
import { askerOf, type Message } from '../message/message.ts'

/** What a chat does with a question that comes while an earlier one waits or is being answered. */
export interface Overlap {
  /**
   * `queue`: one after the other. `merge`: what comes within `mergeMs` is one question. `interrupt`: the newer takes
   * the place of the older.
   */
  mode: 'queue' | 'merge' | 'interrupt'
  mergeMs: number
}

/** The ordering key of a question: one person's in one chat, or with a shared memory all of that chat. */
export function orderingKeyOf(
  message: Pick<Message, 'from' | 'askedIn' | 'sender'>,
  memory: 'person' | 'chat',
): string {
  const chat = chatKey(message.from)
  return memory === 'chat' ? chat : `${chat} ${askerOf(message)}`
}
