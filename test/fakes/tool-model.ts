import type { Answer, ChatRequest } from '../../src/simulators/openai/index.ts'

/**
 * A model that does as it is told: `name {…} and name {…} then name {…}` are calls, side by side and one round after the other; when all have
 * their results it says them. `again name {…}` is called for ever. All else is said back.
 */
export function toolModel({ messages, tools }: ChatRequest): Answer {
  const asked = messages.findLastIndex(({ role }) => role === 'user')
  const text = messages[asked]?.content ?? ''
  if (text.includes('tools?')) return tools.map(({ name }) => name).join(' ')
  const isEndless = text.startsWith('again ')
  const rounds = text.replace(/^again /, '').split(' then ')
  const after = messages.slice(asked + 1)
  const generation = after.filter(({ calls }) => calls !== undefined).length
  const calls = (isEndless ? rounds[0] : rounds[generation])?.split(' and ').flatMap((part) => {
    const found = /^(\S+__\S+) (\{.*\}|BROKEN)$/s.exec(part.trim())
    return found?.[1] === undefined ? [] : [{ name: found[1], arguments: found[2] ?? '' }]
  })
  if (calls !== undefined && calls.length > 0) return { calls }
  const results = after.filter(({ role }) => role === 'tool')
  return results.length === 0 ? text : results.map(({ content }) => content).join(' / ')
}
