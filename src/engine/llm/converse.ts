import { chatKey } from '../../core/message/address.ts'
import type { Message } from '../../core/message/message.ts'
import type { LlmMessage } from '../../core/model/llm.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Presets } from '../presets/presets.ts'
import type { AskOptions } from './llm.ts'
import { keepSaid, keptAnswer, readSaid, type Said, saidId } from './said.ts'
import { type Summariser, summarise } from './summarise.ts'
import { readBook, unwritten } from './summary.ts'
import { estimateTokens } from './tokens.ts'

export interface Memory {
  /** Who shares a conversation in a group: each person has their own, or all have one. */
  memory: 'person' | 'chat'
  /** How much of it the model is told, in tokens. */
  memoryTokens: number
  /** What the model is told first where no preset counts. */
  system?: string
  /** What falls out of the window is summarised. */
  summary: boolean
}

export interface ConversePorts extends Summariser {
  memory: Memory
  presets: Pick<Presets, 'of'>
  /** Work that the answer does not wait for. It never fails. */
  later(work: Promise<void>): void
}

/** The name under which a conversation is kept. */
export function conversationOf(from: Message['from'], owner: string, memory: Memory['memory']): string {
  return memory === 'chat' ? `llm:${chatKey(from)}` : `llm:${chatKey(from)}:${owner}`
}

/**
 * Answers as the conversation's preset, with all that was said before in mind, and keeps both. A second attempt of the
 * same task is answered with what the first one kept.
 */
export async function converse(text: string, ports: ConversePorts, options: AskOptions): Promise<string> {
  const { llm, conversations, memory, presets } = ports
  const { run } = options
  const name = conversationOf(run.task.message.from, run.owner, memory.memory)
  const hasSummary = memory.summary && memory.memoryTokens > 0
  const [said, book, preset] = await Promise.all([
    readSaid(conversations, name),
    hasSummary ? readBook(conversations, name) : unwritten,
    presets.of(run.task.message.from, name),
  ])
  const id = saidId(run, text)
  const kept = keptAnswer(said, id)
  if (kept !== undefined) return kept

  const question: LlmMessage = { role: 'user', text }
  const system = preset?.text ?? memory.system
  const until = firstSeqOf(run.task.replays?.id, said)
  const summary = book.summary.text === '' || book.summary.to >= until ? undefined : summaryText(book.summary.text)
  const before = said.filter(({ seq }) => seq > book.summary.to && seq < until)
  const room = memory.memoryTokens - estimateTokens(text) - estimateTokens(summary ?? '')
  const told: LlmMessage[] = [system, summary].flatMap((each) => (each ? [{ role: 'system', text: each }] : []))
  const answer = await llm.ask([...told, ...newest(before, room), question], {
    ...options,
    model: preset?.model,
    temperature: preset?.temperature,
  })
  if (run.task.dry !== undefined) return answer
  await retryWhileUnavailable(() => keepSaid(conversations, name, id, question, { role: 'assistant', text: answer }))
  if (hasSummary) ports.later(summarise(name, memory.memoryTokens, ports, options))
  return answer
}

/** Where in the conversation a task began to speak: one that repeats it is told what was said before that. */
function firstSeqOf(taskId: string | undefined, said: readonly Said[]): number {
  const first = taskId === undefined ? undefined : said.find(({ id }) => id.startsWith(`${taskId}-`))
  return first?.seq ?? Number.POSITIVE_INFINITY
}

function summaryText(summary: string): string {
  return `What was said earlier in this conversation, in short:\n${summary}`
}

/** The newest that fit, in their order, beginning with something a person said. */
function newest(said: readonly Said[], room: number): LlmMessage[] {
  const messages = said.map(({ message }) => message)
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
