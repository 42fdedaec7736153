import { expect, test } from 'vitest'
import { codeOf, readReference } from '../../../src/engine/waiting/code.ts'

/** Steps as a store keeps them: the first writer wins, and no NUL stays. */
function someSteps() {
  const kept = new Map<string, unknown>()
  return {
    async save(_id: string, name: string, value: unknown) {
      if (!kept.has(name)) kept.set(name, String(value).replaceAll('\0', ''))
      return kept.get(name)
    },
  }
}

test('each wait of a task has a code of its own, which stays, and bears its generation from the second on', async () => {
  const steps = someSteps()
  const code = (name: string, generation: number) =>
    codeOf({ id: 'task', generation }, `approval:${name}:${generation}`, steps)
  expect(await Promise.all(['drop', '发 邮件', 'a\0b'].map((name) => code(name, 0)))).toEqual(['a', 'b', 'c'])
  expect(await code('发 邮件', 0)).toBe('b')
  expect(await code('a\0b', 0)).toBe('c')
  expect(await code('drop', 1)).toBe('a2')
  for (let more = 4; more < 27; more++) await code(`more ${more}`, 0)
  expect(await code('the next', 0)).toBe('aa')
})

test.each([
  ['12', { number: 12, code: undefined }],
  ['#12', { number: 12, code: undefined }],
  ['12b', { number: 12, code: 'b' }],
  ['#12AB3', { number: 12, code: 'ab3' }],
  ['＃１２Ｂ２', { number: 12, code: 'b2' }],
])('%s names a task or one of its waits', (written, reference) => {
  expect(readReference(written)).toEqual(reference)
})

test.each(['', 'b', '12-b', '12 b', '-1', '9'.repeat(30), '12b b'])('%s names none', (written) => {
  expect(readReference(written)).toBeUndefined()
})
