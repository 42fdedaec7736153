import { createHash } from 'node:crypto'
import { type LlmMessage, llmMessageSchema } from '../../core/model/llm.ts'
import type { Run } from '../../core/task/run.ts'
import type { Conversations } from '../../store/store.ts'

/** Entries of a conversation that are kept, as they were said. */
export const MOST_SAID = 200

/** Something said in a conversation, by its number there. */
export interface Said {
  seq: number
  id: string
  message: LlmMessage
}

/** All that is kept of a conversation, oldest first: questions, most of them with an answer behind. */
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

/**
 * Keeps what a task asks without an answer: it was said, and what is asked next may refer to it. Whatever is kept of it
 * already stays.
 */
export async function keepQuestion(
  conversations: Conversations,
  conversation: string,
  id: string,
  question: LlmMessage,
): Promise<void> {
  await conversations.append(conversation, [{ id: `${id}-user`, entry: question }], MOST_SAID)
}

/**
 * Under which a question of a task is kept: the same in each attempt, and another for each thing that a command asks.
 */
export function saidId({ id, generation }: Pick<Run, 'id' | 'generation'>, text: string): string {
  return `${id}-${generation}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
}

/** The answer that was kept under this id. */
export function keptAnswer(said: readonly Said[], id: string): string | undefined {
  return said.find((each) => each.id === `${id}-assistant`)?.message.text
}
