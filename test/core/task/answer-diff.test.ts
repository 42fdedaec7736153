import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnswerDiff, diffAnswers } from '../../../src/core/task/answer-diff.ts'

const shown = ({ lines }: Pick<AnswerDiff, 'lines'>) =>
  lines.map(({ kind, text }) => `${{ both: ' ', old: '-', new: '+' }[kind]}${text}`)

test('answers are told apart by name: same, changed, new, and no longer said', () => {
  const before = [
    { name: 'head', text: 'one' },
    { name: 'answer', text: 'a\nb\nc' },
    { name: 'foot', text: 'bye' },
  ]
  const after = [
    { name: 'head', text: 'one' },
    { name: 'more', text: 'x' },
    { name: 'answer', text: 'a\nB\nc' },
  ]
  const diff = diffAnswers(before, after)
  expect(diff.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'head same',
    'more added',
    'answer changed',
    'foot removed',
  ])
  expect(diff.map(shown)).toEqual([[' one'], ['+x'], [' a', '-b', '+B', ' c'], ['-bye']])
})

test('old and new lines together give back both texts', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (old, now) => {
      const [diff] = diffAnswers([{ name: 'answer', text: old }], [{ name: 'answer', text: now }])
      const without = (kind: 'old' | 'new') =>
        diff?.lines
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join('\n')
      expect(without('new')).toBe(old)
      expect(without('old')).toBe(now)
      expect(diff?.state).toBe(old === now ? 'same' : 'changed')
    }),
  )
})

test('texts of very many lines are shown whole instead of compared', () => {
  const long = (word: string) => Array.from({ length: 1_001 }, (_, line) => `${word} ${line}`).join('\n')
  const [diff] = diffAnswers([{ name: 'answer', text: long('old') }], [{ name: 'answer', text: long('new') }])
  expect(diff?.lines).toHaveLength(2_002)
})

test('texts of very many lines that differ in a few are compared', () => {
  const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line}`)
  const changed = lines.with(10_000, 'another')
  const texts = [lines, changed].map((each) => [{ name: 'answer', text: each.join('\n') }])
  const [diff] = diffAnswers(texts[0] ?? [], texts[1] ?? [])
  expect(diff?.lines.filter(({ kind }) => kind !== 'both').map(({ text }) => text)).toEqual(['line 10000', 'another'])
})

test('many answers that differ in many lines are compared in the time of one', () => {
  const answers = (word: string, count: number) =>
    Array.from({ length: count }, (_, place) => ({
      name: `part ${place}`,
      text: Array.from({ length: 600 }, (_, line) => (line % 2 === 0 ? `line ${line}` : `${word} ${line}`)).join('\n'),
    }))
  const bothIn = (count: number) =>
    diffAnswers(answers('old', count), answers('new', count)).map(
      ({ lines }) => lines.filter(({ kind }) => kind === 'both').length,
    )
  expect(bothIn(1)).toEqual([300])
  expect(bothIn(20)).toEqual(Array.from({ length: 20 }, () => 0))
})
