import { type LlmMessage, llmMessageSchema } from '../../core/llm.ts'
import type { Conversations } from '../../store/store.ts'

/** Entries of a conversation that are kept, as they were said. */
export const MOST_SAID = 200

/** Something said in a conversation, by its number there. */
export interface Said {
  seq: number
  id: string
  message: LlmMessage
}

/** All that is kept of a conversation, oldest first: questions, each with its answer behind it. */
export async function readSaid(conversations: Conversations, conversation: string): Promise<Said[]> {
  const kept = await conversations.read(conversation, 0, MOST_SAID)
  return kept.map(({ seq, id, entry }) => ({ seq, id, message: llmMessageSchema.parse(entry) }))
}

/** Keeps a question and its answer, in one move: whatever else is said at the same time, nothing comes between them. */
export async function keepSaid(
  conversations: Conversations,
  conversation: string,
  id: string,
  question: LlmMessage,
  answer: LlmMessage,
): Promise<void> {
  const entries = [
    { id: `${id}-user`, entry: question },
    { id: `${id}-assistant`, entry: answer },
  ]
  await conversations.append(conversation, entries, MOST_SAID)
}

/** The answer that was kept under this id. */
export function keptAnswer(said: readonly Said[], id: string): string | undefined {
  return said.find((each) => each.id === `${id}-assistant`)?.message.text
}
