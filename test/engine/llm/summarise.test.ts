import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LlmMessage } from '../../../src/core/model/llm.ts'
import { conversationOf, converse } from '../../../src/engine/llm/converse.ts'
import type { Llm } from '../../../src/engine/llm/llm.ts'
import { keepQuestion, keepSaid } from '../../../src/engine/llm/said.ts'
import { summarise } from '../../../src/engine/llm/summarise.ts'
import { estimateTokens } from '../../../src/engine/llm/tokens.ts'
import type { Conversations } from '../../../src/store/store.ts'
import { aRun } from '../../contracts/store/samples.ts'

/** Conversations in memory, for the thousands of words of a property. */
function inMemory(): Conversations {
  const chats = new Map<string, { last: number; kept: { seq: number; id: string; entry: unknown }[] }>()
  return {
    async append(chat, entries, keep) {
      const found = chats.get(chat) ?? { last: 0, kept: [] }
      for (const { id, entry } of entries) {
        if (found.kept.some((each) => each.id === id)) continue
        found.last += 1
        found.kept.push({ seq: found.last, id, entry: structuredClone(entry) })
      }
      chats.set(chat, { last: found.last, kept: found.kept.slice(-keep) })
      return found.last
    },
    async read(chat, after, limit) {
      return (chats.get(chat)?.kept ?? []).filter(({ seq }) => seq > after).slice(0, limit)
    },
    async clear(chat) {
      chats.delete(chat)
    },
  }
}

/** A question that is answered, one that a newer one took the place of, and an answer that comes although it was replaced. */
type Event = { kind: 'answered' | 'replaced' | 'late'; tokens: number }
const events = fc.array(
  fc.record<Event>({
    kind: fc.constantFrom('answered', 'answered', 'replaced', 'late'),
    tokens: fc.integer({ min: 5, max: 20 }),
  }),
  { minLength: 10, maxLength: 60 },
)

test('whatever was said, answered or not, is told to the model or was in a summary', async () => {
  await fc.assert(
    fc.asyncProperty(events, async (sequence) => {
      const conversations = inMemory()
      const from = { channel: 'qq', chat: 'g1', chatKind: 'private' as const }
      const name = conversationOf(from, 'qq:lisi', 'person')
      const text = (of: string, tokens: number): string => `<${of}>`.padEnd(tokens * 4, '.')
      const said: string[] = []
      const replaced: string[] = []
      let summarised = ''
      let told = ''
      const llm: Llm = {
        async ask(messages: readonly LlmMessage[], { isSummary }) {
          const all = messages.map((message) => message.text).join('\n')
          if (isSummary) {
            summarised += all
            return 'in short'
          }
          told = all
          return text(`a${said.length}`, 10)
        },
      }
      const later: Promise<void>[] = []
      const memory = { memory: 'person' as const, memoryTokens: 400, summary: true }
      const log = { debug() {}, info() {}, warn() {}, error() {} }
      const ports = { llm, conversations, memory, log, presets: { of: async () => undefined }, now: () => 0 }
      let replacedInARow = 0
      for (const { kind, tokens } of sequence) {
        const id = `run-${said.length}`
        const question = text(`q${said.length}`, tokens)
        if (kind === 'answered') {
          const { task, ...rest } = aRun({ id })
          const message = { ...task.message, from, sender: { id: 'lisi' } }
          const run = { ...rest, task: { ...task, message }, owner: 'qq:lisi', generation: 0 } as never // of a run it reads these alone
          const answer = await converse(
            question,
            { ...ports, later: (work) => void later.push(work) },
            { run, lang: 'en', signal: AbortSignal.timeout(5_000) },
          )
          await Promise.all(later)
          for (const each of said) expect(`${summarised}${told}`, `${each} before ${question}`).toContain(each)
          said.push(question, answer)
          replacedInARow = 0
        } else if (kind === 'replaced' && replacedInARow < 2) {
          // Between two answers nothing is summarised, so more of them would leave the window.
          replacedInARow += 1
          await keepQuestion(conversations, name, id, { role: 'user', text: question })
          said.push(question)
          replaced.push(question)
        } else if (kind === 'late') {
          const asked = replaced.shift()
          if (asked === undefined) continue
          const first = said.indexOf(asked)
          const answer = text(`late${said.length}`, 5)
          await keepSaid(
            conversations,
            name,
            `run-${first}`,
            { role: 'user', text: asked },
            { role: 'assistant', text: answer },
          )
          said.push(answer)
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('long questions without an answer, however many, are no more together than a model reads', async () => {
  const conversations = inMemory()
  for (let n = 0; n < 30; n++)
    await keepQuestion(conversations, 'ours', `q${n}`, { role: 'user', text: `<${n}>${'长'.repeat(300)}` })
  await keepQuestion(conversations, 'ours', 'short', { role: 'user', text: '<short and whole>' })
  await keepQuestion(conversations, 'ours', 'newest', { role: 'user', text: '长'.repeat(300) })
  let asked = ''
  const llm: Llm = {
    async ask(messages) {
      asked = messages.at(-1)?.text ?? ''
      return 'in short'
    },
  }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const run = { ...aRun({ id: 'r1' }), generation: 0 } as never // of a run it reads the id alone
  const asking = { run, lang: 'zh' as const, signal: AbortSignal.timeout(5_000) }
  await summarise('ours', 1_000, { llm, conversations, now: () => 0, log }, asking)
  expect(estimateTokens(asked)).toBeLessThan(1_250)
  for (let n = 0; n < 30; n++) expect(asked).toContain(`<${n}>`)
  expect(asked).toContain('<short and whole>')
})
