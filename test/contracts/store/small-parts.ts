import { describe, expect, test } from 'vitest'
import { aRun, day, minute, noon, type StoreUnderTest, second, unique } from './samples.ts'

export function stepsContract(store: StoreUnderTest): void {
  describe('steps', () => {
    test('the first value stands', async () => {
      const task = unique('task')
      expect(await store().steps.find(task, 'rows')).toBeUndefined()
      expect(await store().steps.save(task, 'rows', { count: 3 })).toEqual({ count: 3 })
      expect(await store().steps.save(task, 'rows', { count: 4 })).toEqual({ count: 3 })
      expect(await store().steps.find(task, 'rows')).toEqual({ value: { count: 3 } })
      expect(await store().steps.find(unique('task'), 'rows')).toBeUndefined()
    })

    test('the first writer’s line stands in the timeline, and nobody else’s', async () => {
      const run = aRun()
      await store().runs.create(run, noon)
      const line = (text: string) => ({ at: noon, kind: 'step' as const, text })
      expect(await store().steps.save(run.id, 'rows', 1, line('first'))).toBe(1)
      expect(await store().steps.save(run.id, 'rows', 2, line('second'))).toBe(1)
      expect(await store().runs.timeline(run.id)).toEqual([...run.events, line('first')])
      expect(await store().steps.save(unique('task'), 'rows', 3, line('of nobody'))).toBe(3)
    })

    test('of 50 saving at once all are given the same value', async () => {
      const task = unique('task')
      const kept = await Promise.all(Array.from({ length: 50 }, (_, i) => store().steps.save(task, 'rows', i)))
      expect(new Set(kept).size).toBe(1)
    })

    test.each([
      ['null', null],
      ['nothing in it', { list: [], object: {}, text: '' }],
      ['yes or no', false],
      ['zero', 0],
      ['a big number', 9_007_199_254_740_991],
      ['a fraction', 0.1],
      ['deep', { a: [{ b: [[1, 'x', null]] }] }],
      ['a text', '你好 "quoted" \\ \n %s'],
    ])('a value stays what it is: %s', async (_, value) => {
      const task = unique('task')
      expect(await store().steps.save(task, 'value', value)).toEqual(value)
      expect(await store().steps.find(task, 'value')).toEqual({ value })
    })

    test('a step that gives nothing is kept all the same', async () => {
      const task = unique('task')
      await store().steps.save(task, 'quiet', undefined)
      expect(await store().steps.find(task, 'quiet')).toBeDefined()
    })

    test('texts in values and names are cleaned', async () => {
      const task = unique('task')
      expect(await store().steps.save(task, 'na\0me', { 'ke\0y': '\ud800' })).toEqual({ key: '\ufffd' })
      expect(await store().steps.find(task, 'na\0me')).toEqual({ value: { key: '\ufffd' } })
      expect(await store().steps.list(task)).toEqual([{ name: 'name', value: { key: '\ufffd' } }])
    })

    test('are listed in the order they were saved', async () => {
      const task = unique('task')
      const names = Array.from({ length: 12 }, (_, i) => `step-${(i * 7) % 12}`)
      for (const name of names) await store().steps.save(task, name, name)
      expect(await store().steps.list(task)).toEqual(names.map((name) => ({ name, value: name })))
    })

    test('tell the names and sizes of the last ones without their values', async () => {
      const task = unique('task')
      expect(await store().steps.sizes(task, 10)).toEqual([])
      const values = Array.from({ length: 12 }, (_, i) => ({ text: '值'.repeat(i) }))
      for (const [i, value] of values.entries()) await store().steps.save(task, `step-${i}`, value)
      const sizes = values.map((value, i) => ({ name: `step-${i}`, bytes: Buffer.byteLength(JSON.stringify(value)) }))
      expect(await store().steps.sizes(task, 100)).toEqual(sizes)
      expect(await store().steps.sizes(task, 3)).toEqual(sizes.slice(-3))
    })
  })
}

export function leasesContract(store: StoreUnderTest): void {
  describe('leases', () => {
    test('one holder has it until its end, and may prolong it', async () => {
      const name = unique('lease')
      expect(await store().leases.take(name, 'a', noon, second)).toBe(true)
      expect(await store().leases.take(name, 'b', noon + 999, second)).toBe(false)
      expect(await store().leases.take(name, 'a', noon + 500, second)).toBe(true)
      expect(await store().leases.take(name, 'b', noon + 1_499, second)).toBe(false)
      expect(await store().leases.take(name, 'b', noon + 1_500, second)).toBe(true)
      expect(await store().leases.take(name, 'a', noon + 1_501, second)).toBe(false)
    })

    test('only its holder releases it', async () => {
      const name = unique('lease')
      await store().leases.take(name, 'a', noon, second)
      await store().leases.release(name, 'b')
      expect(await store().leases.take(name, 'b', noon, second)).toBe(false)
      await store().leases.release(name, 'a')
      expect(await store().leases.take(name, 'b', noon, second)).toBe(true)
    })

    test('of 50 at once one has it', async () => {
      const name = unique('lease')
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, i) => store().leases.take(name, `holder ${i}`, noon, second)),
      )
      expect(all.filter(Boolean)).toHaveLength(1)
    })
  })
}

export function countersContract(store: StoreUnderTest): void {
  describe('counters', () => {
    test('add and tell the sum', async () => {
      const name = unique('counter')
      expect(await store().counters.get(name, noon)).toBe(0)
      expect(await store().counters.add(name, 2, noon, minute)).toBe(2)
      expect(await store().counters.add(name, -5, noon, minute)).toBe(-3)
      expect(await store().counters.add(name, 0.5, noon, minute)).toBe(-2.5)
      expect(await store().counters.get(name, noon)).toBe(-2.5)
    })

    test('one that is not touched is gone, one that is touched stays', async () => {
      const name = unique('counter')
      await store().counters.add(name, 1, noon, minute)
      await store().counters.add(name, 1, noon + 50 * second, minute)
      expect(await store().counters.get(name, noon + 109 * second)).toBe(2)
      expect(await store().counters.get(name, noon + 110 * second)).toBe(0)
      expect(await store().counters.add(name, 1, noon + 110 * second, minute)).toBe(1)
    })

    test('a book is added to in one go, and read whole or in part', async () => {
      const book = unique('book')
      const add = (...adds: [string, number][]) =>
        store().counters.addAll(
          book,
          adds.map(([name, by]) => ({ name, by })),
          noon,
          noon + day,
        )
      expect(await store().counters.read(book, noon)).toEqual(new Map())
      expect(await add(['person tokens 张三 %/', 2], ['until', 0.5])).toEqual([2, 0.5])
      expect(await add(['until', 0.25], ['third', -3], ['until', 1])).toEqual([0.75, -3, 1.75])
      expect(await add()).toEqual([])
      expect(await store().counters.read(book, noon)).toEqual(
        new Map([
          ['person tokens 张三 %/', 2],
          ['until', 1.75],
          ['third', -3],
        ]),
      )
      expect(await store().counters.read(book, noon, ['until', 'never'])).toEqual(new Map([['until', 1.75]]))
      expect(await store().counters.read(book, noon, [])).toEqual(new Map())
      expect(await store().counters.read(`${book}x`, noon)).toEqual(new Map())
    })

    test('a book is gone at its end, and a new one begins at nothing', async () => {
      const book = unique('book')
      await store().counters.addAll(book, [{ name: 'a', by: 1 }], noon, noon + minute)
      expect(await store().counters.read(book, noon + minute - 1)).toEqual(new Map([['a', 1]]))
      expect(await store().counters.read(book, noon + minute)).toEqual(new Map())
      expect(
        await store().counters.addAll(book, [{ name: 'b', by: 1 }], noon + minute, Number.MAX_SAFE_INTEGER),
      ).toEqual([1])
      expect(await store().counters.read(book, noon + 1_000 * day)).toEqual(new Map([['b', 1]]))
    })

    test('50 adding to a book at once lose nothing, and each sum is told once', async () => {
      const book = unique('book')
      const add = () => store().counters.addAll(book, [{ name: 'a', by: 1 }], noon, noon + day)
      const sums = await Promise.all(Array.from({ length: 50 }, add))
      expect(new Set(sums.flat()).size).toBe(50)
      expect(await store().counters.read(book, noon)).toEqual(new Map([['a', 50]]))
    })

    test('100 adding at once lose nothing', async () => {
      const name = unique('counter')
      await Promise.all(Array.from({ length: 100 }, () => store().counters.add(name, 1, noon, minute)))
      expect(await store().counters.get(name, noon)).toBe(100)
    })
  })
}

export function settingsContract(store: StoreUnderTest): void {
  describe('settings', () => {
    test('the last value set is the value', async () => {
      const name = unique('lang')
      expect(await store().settings.get(name, noon)).toBeUndefined()
      await store().settings.set(name, 'zh')
      await store().settings.set(name, 'en 英文\0')
      expect(await store().settings.get(name, noon)).toBe('en 英文')
      await store().settings.set(name, '')
      expect(await store().settings.get(name, noon)).toBe('')
      await store().settings.remove(name)
      expect(await store().settings.get(name, noon)).toBeUndefined()
    })

    test('a value is good until before its end, and a new one has its own', async () => {
      const name = unique('token')
      await store().settings.set(name, 'short', noon + second)
      expect(await store().settings.get(name, noon + 999)).toBe('short')
      expect(await store().settings.get(name, noon + second)).toBeUndefined()
      await store().settings.set(name, 'for ever')
      expect(await store().settings.get(name, noon + 1_000 * day)).toBe('for ever')
    })

    test('the first claim stands until it ends', async () => {
      const name = unique('key')
      expect(await store().settings.claim(name, 'a', noon, noon + second)).toBe('a')
      expect(await store().settings.claim(name, 'b', noon + 999, noon + minute)).toBe('a')
      expect(await store().settings.claim(name, 'b', noon + second, noon + minute)).toBe('b')
      expect(await store().settings.get(name, noon + minute - 1)).toBe('b')
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, i) => store().settings.claim(`${name}-50`, `${i}`, noon)),
      )
      expect(new Set(all).size).toBe(1)
    })

    test('are listed by how their name starts, expired ones not, no wildcards', async () => {
      const start = unique('session')
      await store().settings.set(`${start}:b`, '2')
      await store().settings.set(`${start}:a`, '1', noon + second)
      await store().settings.set(`${start}:old`, '0', noon)
      await store().settings.set(`${start}%`, 'percent')
      await store().settings.set(`${start}_`, 'low line')
      const listed = await store().settings.list(`${start}:`, noon)
      expect(listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { name: `${start}:a`, value: '1' },
        { name: `${start}:b`, value: '2' },
      ])
      expect(await store().settings.list(`${start}%`, noon)).toEqual([{ name: `${start}%`, value: 'percent' }])
      expect(await store().settings.list(`${start}_`, noon)).toEqual([{ name: `${start}_`, value: 'low line' }])
    })
  })
}

export function filesContract(store: StoreUnderTest): void {
  describe('files', () => {
    test('give back the bytes they were given, until they end', async () => {
      const id = unique('file')
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256)
      await store().files.put({ id, name: '周报\0.csv', type: 'text/csv', bytes, expiresAt: noon + day })
      const kept = await store().files.get(id, noon)
      expect(kept).toMatchObject({ name: '周报.csv', type: 'text/csv' })
      expect(Buffer.from(kept?.bytes ?? []).equals(Buffer.from(bytes))).toBe(true)
      expect(await store().files.get(id, noon + day)).toBeUndefined()
      expect(await store().files.get(unique('file'), noon)).toBeUndefined()
    })

    test('may be empty, and putting one again is the same', async () => {
      const file = { id: unique('file'), name: 'a', type: 'b', bytes: new Uint8Array(), expiresAt: noon + day }
      await store().files.put(file)
      await store().files.put(file)
      expect((await store().files.get(file.id, noon))?.bytes.byteLength).toBe(0)
    })
  })
}

export function conversationsContract(store: StoreUnderTest): void {
  const said = (...ids: string[]) => ids.map((id) => ({ id, entry: { text: id } }))

  describe('conversations', () => {
    test('number what is said, and read on from a number', async () => {
      const chat = unique('chat')
      expect(await store().conversations.append(chat, said('a', 'b'), 100)).toBe(2)
      expect(await store().conversations.append(chat, said('c'), 100)).toBe(3)
      expect(await store().conversations.read(chat, 0, 2)).toEqual([
        { seq: 1, id: 'a', entry: { text: 'a' } },
        { seq: 2, id: 'b', entry: { text: 'b' } },
      ])
      expect(await store().conversations.read(chat, 2, 10)).toEqual([{ seq: 3, id: 'c', entry: { text: 'c' } }])
      expect(await store().conversations.read(chat, 3, 10)).toEqual([])
      expect(await store().conversations.read(unique('chat'), 0, 10)).toEqual([])
    })

    test('an entry that is there already is left alone', async () => {
      const chat = unique('chat')
      await store().conversations.append(chat, said('a'), 100)
      const changed = [{ id: 'a', entry: 'changed' }, ...said('b')]
      expect(await store().conversations.append(chat, changed, 100)).toBe(2)
      expect(await store().conversations.append(chat, changed, 100)).toBe(2)
      expect(await store().conversations.append(chat, [], 100)).toBe(2)
      expect((await store().conversations.read(chat, 0, 10)).map((one) => one.entry)).toEqual([
        { text: 'a' },
        { text: 'b' },
      ])
    })

    test('keep the newest', async () => {
      const chat = unique('chat')
      await store().conversations.append(chat, said('a', 'b', 'c'), 3)
      expect(await store().conversations.append(chat, said('d', 'e'), 3)).toBe(5)
      expect((await store().conversations.read(chat, 0, 10)).map((one) => one.id)).toEqual(['c', 'd', 'e'])
    })

    test('50 talking at once have 50 numbers', async () => {
      const chat = unique('chat')
      await Promise.all(Array.from({ length: 50 }, (_, i) => store().conversations.append(chat, said(`m${i}`), 100)))
      const read = await store().conversations.read(chat, 0, 100)
      expect(read.map((one) => one.seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
      expect(new Set(read.map((one) => one.id)).size).toBe(50)
    })

    test('a cleared one is empty, and its numbers go on', async () => {
      const chat = unique('chat')
      await store().conversations.append(chat, said('a', 'b'), 100)
      await store().conversations.clear(chat)
      expect(await store().conversations.read(chat, 0, 10)).toEqual([])
      expect(await store().conversations.append(chat, said('a'), 100)).toBe(3)
      await store().conversations.clear(unique('chat'))
    })

    test('entries are plain JSON with clean texts', async () => {
      const chat = unique('chat')
      await store().conversations.append(chat, [{ id: 'a', entry: { list: [], none: null, text: '\0\udfff' } }], 10)
      expect(await store().conversations.read(chat, 0, 1)).toEqual([
        { seq: 1, id: 'a', entry: { list: [], none: null, text: '\ufffd' } },
      ])
    })
  })
}
