import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { StoreUnavailableError } from '../../../../src/core/errors.ts'
import { type Handlers, openDoor } from '../../../../src/engine/attempt/calls/door.ts'
import { runTask } from '../../../../src/engine/attempt/run-task.ts'
import type { HostCall } from '../../../../src/engine/host/protocol.ts'
import type { EmbeddedStore } from '../../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../../workshop.ts'

let store: EmbeddedStore
let shop: Workshop
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())
beforeEach(async () => {
  shop = await aWorkshop(store)
})

type Method = HostCall['method']

/** One call of each kind; a further kind does not compile without one. */
const calls: { readonly [M in Method]: Extract<HostCall, { method: M }> } = {
  say: { method: 'say', name: '1', parts: [{ kind: 'text', text: 'still here' }] },
  ask: { method: 'ask', messages: [{ role: 'user', text: 'hi' }] },
  converse: { method: 'converse', text: 'hi', mayWait: false },
  act: { method: 'act', action: { kind: 'mute', person: '1', forMs: 60_000 } },
  file: { method: 'file', order: { kind: 'sent' } },
  wait: { method: 'wait', order: { kind: 'sleep', name: 'a', ms: 1 } },
  all: { method: 'all', order: { name: 'a', items: [], atOnce: 1 } },
  coolDown: { method: 'coolDown', name: 'a', forMs: 1 },
  onCancel: { method: 'onCancel', name: 'a', timeoutMs: 1 },
  tookBack: { method: 'tookBack', name: 'a', ms: 1 },
  keptSteps: { method: 'keptSteps' },
  findStep: { method: 'findStep', name: 'a' },
  saveStep: { method: 'saveStep', name: 'a', value: 1, ms: 1 },
}
const all = Object.values(calls)
const methods: Method[] = all.map(({ method }) => method)
const stillAnswered: readonly Method[] = ['tookBack', 'keptSteps', 'findStep', 'saveStep']
const asParent: readonly Method[] = ['wait', 'all', 'coolDown', 'keptSteps', 'findStep']
const doneTwice: readonly Method[] = ['ask', 'converse', 'act', 'file']

type Cause = Parameters<typeof openDoor>[2]['deadline']['cause']

/** A door whose handlers do what `answer` does. */
function aDoor(answer: (call: HostCall) => Promise<unknown>, cause?: Cause, deadline: { cause: Cause } = { cause }) {
  // The cast holds: each handler takes every call.
  const handlers = Object.fromEntries(methods.map((method) => [method, answer])) as unknown as Handlers
  return openDoor(handlers, handlers, {
    task: shop.task('try work'),
    lang: 'en',
    deadline,
    note: () => undefined,
  })
}

describe('what a command is answered', () => {
  test.each(['cancelled', 'timeout'] as const)('once it is stopped (%s) are its steps alone', async (cause) => {
    const asked: Method[] = []
    const door = aDoor(async ({ method }) => void asked.push(method), cause)
    const results = await Promise.allSettled(all.map((call) => door(call)))
    expect(asked.toSorted()).toEqual(stillAnswered.toSorted())
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(methods.length - stillAnswered.length)
  })

  test('while its process stops is all: it goes on elsewhere by what is kept', async () => {
    const door = aDoor(async ({ method }) => method, 'shutdown')
    expect(await Promise.all(all.map((call) => door(call)))).toEqual(methods)
  })

  test('in the name of its parent is what the parent has kept', async () => {
    const asked: Method[] = []
    const door = aDoor(async ({ method }) => void asked.push(method))
    await Promise.allSettled(all.map((call) => door(call, true)))
    expect(asked.toSorted()).toEqual(asParent.toSorted())
  })

  describe('while the store is away', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    test.each([false, true])(
      'is asked again, unless it would be done twice (in the name of its parent: %s)',
      async (isParent) => {
        const tries = new Map<Method, number>()
        const door = aDoor(async ({ method }) => {
          const count = (tries.get(method) ?? 0) + 1
          tries.set(method, count)
          if (count === 1) throw new StoreUnavailableError('away')
          return method
        })
        const asked = all.filter(({ method }) => !isParent || asParent.includes(method))
        const answered = Promise.allSettled(asked.map((call) => door(call, isParent)))
        await vi.advanceTimersByTimeAsync(1_000)
        const failed = (await answered).flatMap(({ status }, place) =>
          status === 'rejected' ? [asked[place]?.method] : [],
        )
        expect(failed.toSorted()).toEqual(isParent ? [] : doneTwice.toSorted())
      },
    )
  })
})

test('what was asked while the store was away is not done any more once the attempt was stopped', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const deadline: { cause: Cause } = { cause: undefined }
  const done: Method[] = []
  let isAway = true
  const answer = async ({ method }: HostCall) => {
    if (isAway) throw new StoreUnavailableError('away')
    done.push(method)
  }
  const door = aDoor(answer, undefined, deadline)
  const asked = Promise.allSettled(all.map((call) => door(call)))
  await vi.advanceTimersByTimeAsync(100)
  deadline.cause = 'timeout'
  isAway = false
  await vi.advanceTimersByTimeAsync(1_000)
  await asked
  expect(done.toSorted()).toEqual(stillAnswered.toSorted())
})

test('a cancelled task says nothing more, however long its command goes on', async () => {
  const task = shop.task('try work')
  shop.does(async (run, { call }, signal) => {
    await call(calls.say)
    const found = await store.runs.find(run.runId)
    if (found !== undefined) await shop.taskControl.cancel(found, found.owner)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    const later = await Promise.allSettled([1, 2, 3].map((name) => call({ ...calls.say, name: `later-${name}` })))
    return { state: 'failed', message: later.map(({ status }) => status).join(), retry: 'later' }
  })
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'cancelled' })
  expect(shop.said).toEqual([`${task.id}: still here`])
})
