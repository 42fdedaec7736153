import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Overlap } from '../../src/core/task/ordering-key.ts'
import type { Outcome } from '../../src/core/task/outcome.ts'
import { newRunOf, type Run } from '../../src/core/task/run.ts'
import type { Task } from '../../src/core/task/task.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { type KeyedTurns, openKeyedTurns } from '../../workers/ordering-keys.ts'
import { silent } from '../engine/scene-folder.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

type RowTask = Task & { orderingKey: string }

let now: number
let made = 0
let orderingKey: string
let overlap: Overlap
/** What happened, in its order: `ask a`, `put off b for 300 s`, `call b`. */
let happened: string[]
let interrupted: string[]
let one: KeyedTurns
let other: KeyedTurns

/** The turns of a process: all know one another by the store alone. */
function aProcess(): KeyedTurns {
  return openKeyedTurns({
    orderingKeys: store.orderingKeys,
    tasks: { promote: async (_lane, id) => void happened.push(`call ${wordOf(id)}`) },
    overlapOf: () => overlap,
    async interrupt(newer: Run) {
      interrupted.push(wordOf(newer.id))
      for (const { id } of await store.orderingKeys.list(orderingKey, 10)) {
        if (id === newer.id) break
        await store.runs.cancel(id, 'replaced', newer.owner, now)
      }
    },
    now: () => now,
    log: silent,
  })
}

beforeEach(() => {
  now = 1_800_000_000_000
  orderingKey = `row-${++made}`
  overlap = { mode: 'queue', mergeMs: 3_000 }
  happened = []
  interrupted = []
  one = aProcess()
  other = aProcess()
})

const wordOf = (id: string): string => id.split('-').at(-1) ?? ''

function aTask(word: string, sender = 'lisi', command = 'ask'): RowTask {
  const id = `${orderingKey}-${sender}-${word}`
  const from = { channel: 'qq', chat: 'g1', chatKind: 'group' } as const
  const part = { kind: 'text' as const, text: word }
  return {
    id,
    lane: 'llm',
    priority: 1,
    orderingKey,
    route: { scene: 'chat', command, rest: word },
    message: { id, from, sender: { id: sender }, text: `#${word}`, parts: [part], receivedAt: now },
  }
}

/** It comes in: what reception does. */
async function comes(...tasks: RowTask[]): Promise<void> {
  for (const task of tasks) await store.orderingKeys.join(newRunOf(task), orderingKey, now)
}

/** A worker takes it up; resolves when it was asked, or put off. `goesOn`: it is not over yet. */
async function takenUp(turns: KeyedTurns, task: RowTask, outcome: Outcome = { state: 'done' }): Promise<void> {
  const work = async (): Promise<Outcome> => {
    const started = await store.runs.start(newRunOf(task), now, 10_000)
    if (started.state !== 'go') return { state: 'done' }
    happened.push(`ask ${started.run.task.route?.rest.replaceAll('\n', '+')}`)
    if (outcome.state === 'done') await store.runs.finish(task.id, started.run.fencingToken, { state: 'done' }, [], now)
    else await store.runs.release(task.id, started.run.fencingToken, [], true, now)
    return outcome
  }
  await turns.take(task, work, async (forMs) => void happened.push(`put off ${wordOf(task.id)} for ${forMs / 1_000} s`))
}

describe('a queue', () => {
  test('is asked in the order of coming in, whichever process takes what first', async () => {
    const [a, b, c] = [aTask('a'), aTask('b'), aTask('c')]
    await comes(a, b, c)
    await takenUp(one, c)
    await takenUp(other, b)
    await takenUp(other, a)
    await takenUp(one, b)
    await takenUp(other, c)
    expect(happened).toEqual([
      'put off c for 300 s',
      'put off b for 300 s',
      'ask a',
      'call b',
      'ask b',
      'call c',
      'ask c',
    ])
  })

  test('waits for one that goes on, and for nobody else', async () => {
    const [a, b] = [aTask('a'), aTask('b')]
    await comes(a, b)
    await takenUp(one, a, { state: 'failed', error: new Error('later'), retryInMs: 1_000 })
    await takenUp(one, b)
    await takenUp(one, a)
    expect(happened).toEqual(['ask a', 'put off b for 300 s', 'ask a', 'call b'])
  })

  test('calls one at once whose turn came while it was put aside', async () => {
    const [a, b] = [aTask('a'), aTask('b')]
    await comes(a, b)
    const work = () => expect.fail('it is not its turn')
    await one.take(b, work, async () => void (await store.runs.cancel(a.id, 'enough', 'qq:lisi', now)))
    expect(happened).toEqual(['call b'])
  })

  test('one whose record was not made yet joins when it is taken up', async () => {
    await takenUp(one, aTask('a'))
    expect(happened).toEqual(['ask a'])
  })
})

describe('a merge', () => {
  beforeEach(() => {
    overlap = { mode: 'merge', mergeMs: 3_000 }
  })

  test('waits until nothing more came for the window, and asks all as one', async () => {
    const a = aTask('a')
    await comes(a)
    await takenUp(one, a)
    now += 2_000
    const b = aTask('b')
    await comes(b)
    await takenUp(one, b)
    now += 1_000
    await takenUp(one, a)
    now += 2_000
    await takenUp(one, a)
    expect(happened).toEqual(['put off a for 3 s', 'put off b for 15 s', 'put off a for 2 s', 'call b', 'ask a+b'])
    const first = await store.runs.find(a.id)
    expect(first?.task.message).toMatchObject({ text: '#a\n#b', parts: [{ text: 'a' }, { text: 'b' }] })
    expect(await store.runs.find(b.id)).toMatchObject({
      state: 'done',
      why: expect.stringContaining(`并入 #${first?.number}`),
    })
    // Its job comes, and finds nothing to do.
    await takenUp(one, b)
    expect(happened.filter((what) => what.startsWith('ask'))).toHaveLength(1)
  })

  test('leaves out what was cancelled, what came later, and what others said', async () => {
    const a = aTask('a')
    const cancelled = aTask('b')
    const theirs = aTask('x', 'wangwu')
    const c = aTask('c')
    await comes(a, cancelled, theirs, c)
    now += 3_001
    const late = aTask('late')
    await comes(late)
    await store.runs.cancel(cancelled.id, 'enough', 'qq:lisi', now)
    await takenUp(one, a)
    now += 3_000
    for (const task of [theirs, late]) await takenUp(one, task)
    expect(happened.filter((what) => what.startsWith('ask'))).toEqual(['ask a+c', 'ask x', 'ask late'])
  })

  test('joins no other command, and nothing to one that has begun', async () => {
    const [a, b] = [aTask('a'), aTask('b', 'lisi', 'draw')]
    await comes(a, b)
    now += 3_000
    await takenUp(one, a, { state: 'failed', error: new Error('later'), retryInMs: 1_000 })
    await store.runs.start(newRunOf(a), now, 0)
    await takenUp(one, a)
    await takenUp(one, b)
    expect(happened.filter((what) => what.startsWith('ask'))).toEqual(['ask a', 'ask a', 'ask b'])
  })

  test('is asked in the end, also of one who never stops', async () => {
    const a = aTask('0')
    await comes(a)
    for (let number = 1; number < 20; number++) {
      now += 1_000
      await comes(aTask(`${number}`))
    }
    await takenUp(one, a)
    expect(happened.find((what) => what.startsWith('ask'))).toBe(
      `ask ${Array.from({ length: 16 }, (_, number) => number).join('+')}`,
    )
  })
})

describe('an interruption', () => {
  test('is made by whoever takes the newer one up, should nobody have done so', async () => {
    overlap = { mode: 'interrupt', mergeMs: 0 }
    const [a, b, c] = [aTask('a'), aTask('b'), aTask('c')]
    await comes(a, b, c)
    await takenUp(one, c)
    await takenUp(other, b)
    await takenUp(other, a)
    expect(interrupted).toEqual(['c'])
    expect(happened.filter((what) => what.startsWith('ask'))).toEqual(['ask c'])
  })
})
