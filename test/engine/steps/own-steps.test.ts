import { expect, test } from 'vitest'
import type { Run } from '../../../src/core/task/run.ts'
import { keptSteps } from '../../../src/engine/steps/kept-steps.ts'
import { ownSteps } from '../../../src/engine/steps/own-steps.ts'
import type { Steps } from '../../../src/store/store.ts'

/** Steps that write down what they are asked; the run is `r`. */
function aStore(kept: Record<string, unknown> = {}) {
  const values = new Map(Object.entries(kept))
  const asked: string[] = []
  const steps: Steps = {
    async find(taskId, name) {
      asked.push(`find ${taskId} ${name}`)
      return values.has(name) ? { value: values.get(name) } : undefined
    },
    async save(taskId, name, value) {
      asked.push(`save ${taskId} ${name}`)
      if (!values.has(name)) values.set(name, value)
      return values.get(name)
    },
    async list(taskId) {
      asked.push(`list ${taskId}`)
      return [...values].map(([name, value]) => ({ name, value }))
    },
    async sizes(taskId) {
      asked.push(`sizes ${taskId}`)
      return [...values].map(([name, value]) => ({ name, bytes: JSON.stringify(value).length }))
    },
  }
  // The cast holds: no more of a run is looked at.
  const at = (fencingToken: number): Steps => ownSteps(steps, { id: 'r', fencingToken } as Run)
  return { values, asked, at }
}

test('what was kept before is read once, and not saved again', async () => {
  const { asked, at } = aStore({ a: 1, b: 2 })
  const steps = at(2)
  expect(await steps.find('r', 'a')).toEqual({ value: 1 })
  expect(await steps.save('r', 'b', 'other')).toBe(2)
  expect(await steps.list('r')).toEqual([
    { name: 'a', value: 1 },
    { name: 'b', value: 2 },
  ])
  expect(asked).toEqual(['sizes r', 'list r'])
})

test('a first attempt has kept nothing, and remembers what it keeps', async () => {
  const { asked, at } = aStore()
  const steps = at(1)
  expect(await steps.list('r')).toEqual([])
  expect(await steps.save('r', 'a', 1)).toBe(1)
  expect(await steps.find('r', 'a')).toEqual({ value: 1 })
  expect(asked).toEqual(['save r a'])
})

test('what another writes meanwhile is found, and the first writer wins', async () => {
  const { values, at } = aStore()
  const steps = at(2)
  expect(await steps.find('r', 'signal:yes')).toBeUndefined()
  values.set('signal:yes', true)
  expect(await steps.find('r', 'signal:yes')).toEqual({ value: true })
  values.set('a', 'theirs')
  expect(await steps.save('r', 'a', 'mine')).toBe('theirs')
  expect(await steps.save('r', 'a', 'mine')).toBe('theirs')
})

test('of another run it tells what the store says', async () => {
  const { asked, at } = aStore({ a: 1 })
  const steps = at(2)
  await steps.find('other', 'a')
  await steps.save('other', 'b', 1)
  await steps.list('other')
  expect(asked).toEqual(['find other a', 'save other b', 'list other'])
})

test('a list that failed is read again', async () => {
  const { at } = aStore({ a: 1 })
  const store = aStore({ a: 1 })
  let isAway = true
  const steps = ownSteps(
    {
      ...store.at(1),
      async list() {
        if (isAway) throw new Error('away')
        return at(2).list('r')
      },
    },
    // The cast holds for the same reason.
    { id: 'r', fencingToken: 2 } as Run,
  )
  await expect(steps.find('r', 'a')).rejects.toThrow('away')
  isAway = false
  expect(await steps.find('r', 'a')).toEqual({ value: 1 })
})

const MEGABYTE = 'x'.repeat(1024 * 1024)

test('of a run that has kept too much nothing is held: each step is asked for by its name', async () => {
  const much = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`page-${n}`, MEGABYTE]))
  const { asked, at } = aStore(much)
  const steps = at(2)
  expect(await steps.find('r', 'page-3')).toEqual({ value: MEGABYTE })
  expect(await steps.save('r', 'page-3', 'again')).toBe(MEGABYTE)
  expect(asked).toEqual(['sizes r', 'find r page-3', 'save r page-3'])
  const handed = await keptSteps('r', steps)
  expect({ names: handed.steps.map(({ name }) => name), isAll: handed.isAll }).toEqual({
    names: ['page-0', 'page-1', 'page-2'],
    isAll: false,
  })
  expect(asked).not.toContain('list r')
})

test('an attempt that keeps too much forgets its values, and finds them again', async () => {
  const { asked, at } = aStore()
  const steps = at(1)
  for (let n = 0; n < 5; n++) await steps.save('r', `page-${n}`, MEGABYTE)
  expect(await steps.find('r', 'page-0')).toEqual({ value: MEGABYTE })
  expect(asked.at(-1)).toBe('find r page-0')
  expect(await steps.save('r', 'page-0', 'again')).toBe(MEGABYTE)
})
