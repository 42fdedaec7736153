import { z } from 'zod'
import { chatKey } from '../../core/address.ts'
import { type LlmMessage, llmMessageSchema } from '../../core/llm.ts'
import type { Message } from '../../core/message.ts'
import type { Run } from '../../core/run.ts'
import type { Conversations } from '../../store/store.ts'
import type { AskOptions, Llm } from './llm.ts'
import { estimateTokens } from './tokens.ts'

/** Entries that are kept; only the newest of them that fit into the window are told to the model. */
const KEPT = 200

export interface Memory {
  /** Who shares a conversation in a group: each person has their own, or all have one. */
  memory: 'person' | 'chat'
  /** How much of it the model is told, in tokens. */
  memoryTokens: number
  /** What the model is told first. */
  system?: string
}

/** The name under which a conversation is kept. */
export function conversationOf(from: Message['from'], owner: string, memory: Memory['memory']): string {
  return memory === 'chat' ? `llm:${chatKey(from)}` : `llm:${chatKey(from)}:${owner}`
}

/** Answers with all that was said before in mind, and keeps both. A second attempt of the same task keeps nothing twice. */
export async function converse(
  text: string,
  { llm, conversations, memory }: { llm: Llm; conversations: Conversations; memory: Memory },
  options: AskOptions,
): Promise<string> {
  const { run } = options
  const name = conversationOf(run.task.message.from, run.owner, memory.memory)
  const kept = await conversations.read(name, 0, KEPT)
  // A task that is run again must not see its own question and answer.
  const before = z
    .array(llmMessageSchema)
    .parse(kept.filter(({ id }) => !id.startsWith(`${run.id}-${run.round}-`)).map(({ entry }) => entry))
  const question: LlmMessage = { role: 'user', text }
  const room = memory.memoryTokens - estimateTokens(text)
  const system: LlmMessage[] = memory.system === undefined ? [] : [{ role: 'system', text: memory.system }]
  const answer = await llm.ask([...system, ...newest(before, room), question], options)
  const entries = [question, { role: 'assistant' as const, text: answer }]
  await conversations.append(
    name,
    entries.map((entry) => ({ id: `${run.id}-${run.round}-${entry.role}`, entry })),
    KEPT,
  )
  return answer
}

/** Keeps what a task asks without an answer: it was said, and what is asked next may refer to it. Whatever is kept of it already stays. */
export async function keepQuestion(
  { id, round, owner, task }: Run,
  { conversations, memory }: { conversations: Conversations; memory: Memory['memory'] },
): Promise<void> {
  const entry: LlmMessage = { role: 'user', text: task.route?.rest ?? task.message.text }
  const name = conversationOf(task.message.from, owner, memory)
  await conversations.append(name, [{ id: `${id}-${round}-user`, entry }], KEPT)
}

/** The newest that fit, in their order, beginning with something a person said. */
function newest(messages: readonly LlmMessage[], room: number): LlmMessage[] {
  let left = room
  let start = messages.length
  while (start > 0) {
    left -= estimateTokens(messages[start - 1]?.text ?? '')
    if (left < 0) break
    start -= 1
  }
  while (messages[start]?.role === 'assistant') start += 1
  return messages.slice(start)
}
