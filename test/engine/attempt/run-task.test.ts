import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/core/errors.ts'
import { newRunOf } from '../../../src/core/task/run.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
let shop: Workshop
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())
beforeEach(async () => {
  shop = await aWorkshop(store)
})

const kinds = async (id: string) => (await store.runs.timeline(id)).map(({ kind }) => kind)

test('a command runs, its answer is said and its end written down', async () => {
  const task = shop.task('try work')
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(shop.said).toEqual([`${task.id}: answer`])
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'done', attempt: 1, owner: 'staff:zhangsan' })
  expect(await kinds(task.id)).toEqual(['received', 'started', 'done'])
})

test('the second go at a task that has ended does nothing', async () => {
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  shop.does(() => {
    throw new Error('it must not run')
  })
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(shop.said).toHaveLength(1)
})

test('a task that somebody else has in hand is looked at again when their lease ends', async () => {
  const task = shop.task('try work')
  const begun = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  shop.does(async () => {
    begun.resolve()
    await end.promise
    return { state: 'done', parts: [] }
  })
  const first = runTask(task, shop.engine, never)
  await begun.promise
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'snoozed', forMs: 10_000 })
  end.resolve()
  expect(await first).toEqual({ state: 'done' })
})

test('a failed attempt is repeated as often as the command says, later each time, and then told', async () => {
  const task = shop.task('try work')
  shop.does(({ attempt }) => ({ state: 'failed', message: `broken ${attempt}`, retry: 'later' }))
  const first = await runTask(task, shop.engine, never)
  expect(first).toMatchObject({ state: 'failed', retryInMs: expect.any(Number) })
  const second = await runTask(task, shop.engine, never)
  const waits = [first, second].map((outcome) => (outcome.state === 'failed' ? outcome.retryInMs : undefined))
  expect(waits[0]).toBeGreaterThanOrEqual(1_000)
  expect(waits[1]).toBeGreaterThanOrEqual(2_000)
  expect(shop.said).toEqual([])

  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'failed', error: expect.any(Error) })
  const { number } = (await store.runs.find(task.id)) ?? { number: 0 }
  expect(shop.said).toEqual([
    `${task.id}: #${number} failed after 3 tries. Send "retry ${number}" to try again; operators see the reason on the dashboard.`,
  ])
  expect(await kinds(task.id)).toEqual(['received', 'started', 'retry', 'started', 'retry', 'started', 'failed'])
})

test('what no repeat could mend is not repeated', async () => {
  const task = shop.task('try work')
  shop.does(() => ({ state: 'failed', message: 'misused', retry: 'never' }))
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'failed', error: expect.any(Error) })
  expect((await store.runs.find(task.id))?.state).toBe('failed')
})

test('a command that runs past its limit is told to stop, and its person that it was', async () => {
  const task = shop.task('try brief')
  shop.does(async (_run, _calls, signal) => {
    await once(signal, 'abort')
    return { state: 'killed', why: 'disobeyed', message: 'it went on' }
  })
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'failed', error: expect.any(Error) })
  expect(shop.said[0]).toMatch(/ran past its limit of 0\.1 s and was stopped\.$/)
})

test('an answer that is ready when the limit strikes still counts', async () => {
  const task = shop.task('try brief')
  shop.does(async (_run, _calls, signal) => {
    await once(signal, 'abort')
    return { state: 'done', parts: [{ kind: 'text', text: 'just in time' }] }
  })
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(shop.said).toEqual([`${task.id}: just in time`])
})

test('a cancel aborts the attempt, and nothing more is said by it', async () => {
  const task = shop.task('try work')
  shop.does(async (run, _calls, signal) => {
    const found = await store.runs.find(run.runId)
    if (found !== undefined) await shop.taskControl.cancel(found, found.owner)
    if (!signal.aborted) await once(signal, 'abort')
    return { state: 'failed', message: 'aborted', retry: 'later' }
  })
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'cancelled' })
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'cancelled', why: 'cancelled by staff:zhangsan' })
  expect(shop.said).toEqual([])
})

test('a cancel whose broadcast is lost is noticed when the lease is prolonged', async () => {
  const task = shop.task('try work')
  shop.does(async (run, _calls, signal) => {
    await store.runs.cancel(run.runId, 'cancelled by somebody', 'somebody', shop.engine.now())
    await once(signal, 'abort')
    return { state: 'failed', message: 'aborted', retry: 'later' }
  })
  const startedAt = performance.now()
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'cancelled' })
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})

test('a stopping process parks its task without costing it an attempt', async () => {
  const task = shop.task('try once')
  const shutdown = new AbortController()
  shop.does(async (_run, _calls, signal) => {
    shutdown.abort()
    if (!signal.aborted) await once(signal, 'abort')
    return { state: 'failed', message: 'aborted', retry: 'later' }
  })
  expect(await runTask(task, shop.engine, shutdown.signal)).toEqual({ state: 'snoozed', forMs: 0 })
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'waiting', attempt: 0 })

  shop.does(({ attempt }) => ({ state: 'done', parts: [{ kind: 'text', text: `attempt ${attempt}` }] }))
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(shop.said).toEqual([`${task.id}: attempt 1`])
})

test('a task whose process dies again and again is given up at last', async () => {
  const task = shop.task('try once')
  for (let died = 0; died < 51; died++) {
    await store.runs.start({ id: task.id, task, owner: 'staff:zhangsan', events: [] }, shop.engine.now(), 1)
    shop.pass(10)
  }
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'failed', error: expect.any(Error) })
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'failed', why: 'its process died 51 times' })
})

test('a task that gets on is not given up, however often its process dies', async () => {
  const task = shop.task('try work')
  const begin = () => store.runs.start(newRunOf(task), shop.engine.now(), 1)
  for (let died = 0; died < 40; died++) {
    await begin()
    shop.pass(10)
  }
  await store.steps.save(task.id, 'one', 1, { at: shop.engine.now(), kind: 'step', text: 'one', attempt: 40 })
  for (let died = 0; died < 40; died++) {
    await begin()
    shop.pass(10)
  }
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
})

test('a process that dies leaves a command its own attempts', async () => {
  const task = shop.task('try work')
  for (let died = 0; died < 5; died++) {
    await store.runs.start(newRunOf(task), shop.engine.now(), 1)
    shop.pass(10)
  }
  shop.does(() => ({ state: 'failed', message: 'broken', retry: 'later' }))
  for (let tried = 0; tried < 2; tried++) {
    expect(await runTask(task, shop.engine, never)).toMatchObject({ retryInMs: expect.any(Number) })
  }
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'failed', error: expect.any(Error) })
  expect(shop.said).toEqual([expect.stringContaining('failed after 3 tries')])
})

test('another attempt is told that steps may be kept, and is handed its own', async () => {
  const task = shop.task('try work')
  const fresh: unknown[] = []
  shop.does(async ({ isFresh }, calls) => {
    fresh.push(isFresh)
    if (isFresh) await calls.call({ method: 'saveStep', name: 'one', value: 1, ms: 0 })
    if (isFresh) return { state: 'failed', message: 'broken', retry: 'later' }
    await store.steps.save(task.id, 'wait:sleep:nap', { untilMs: 1 })
    expect(await calls.call({ method: 'keptSteps' })).toEqual({ steps: [{ name: 'one', value: 1 }], isAll: true })
    return { state: 'done', parts: [] }
  })
  await runTask(task, shop.engine, never)
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(fresh).toEqual([true, false])
})

test('steps, sayings, logs and progress of a command reach the store', async () => {
  const task = shop.task('try work')
  shop.does(async (_run, calls) => {
    expect(await calls.call({ method: 'findStep', name: 'one' })).toBeUndefined()
    expect(await calls.call({ method: 'saveStep', name: 'one', value: { kept: 1 }, ms: 5 })).toEqual({ kept: 1 })
    await calls.call({ method: 'say', name: 'half', parts: [{ kind: 'text', text: 'half way' }] })
    calls.log('a line for operators')
    calls.progress(100, 'nearly')
    return { state: 'done', parts: [] }
  })
  await runTask(task, shop.engine, never)
  expect(shop.said).toEqual([`${task.id}: half way`])
  expect(await store.steps.list(task.id)).toEqual([{ name: 'one', value: { kept: 1 } }])
  await expect.poll(() => kinds(task.id)).toEqual(expect.arrayContaining(['step', 'said', 'log']))
  await expect.poll(async () => (await store.runs.find(task.id))?.progress).toEqual({ percent: 100, text: 'nearly' })
})

test('who has no grant is refused before anything runs, and told whom to ask', async () => {
  const task = shop.task('secret show')
  shop.does(() => {
    throw new Error('it must not run')
  })
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'refused', why: 'no grant for secret show' })
  expect(shop.said).toEqual([
    `${task.id}: You may not use secret show yet. Ask an administrator (staff:boss) for it with this line:\ngrant staff:zhangsan secret show`,
  ])
})

test('what names no command is answered with those that are near', async () => {
  const task = shop.task('tri work')
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'refused' })
  expect(shop.said[0]).toContain('There is no command "tri work". Did you mean try work?')
  const hidden = shop.task('secrt show')
  await runTask(hidden, shop.engine, never)
  expect(shop.said[1]).not.toContain('secret show')
})

test('a command that is gone by the time it is run is said to be', async () => {
  const task = shop.task('try gone')
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'refused', why: 'try gone is gone' })
  expect(shop.said[0]).toContain('no longer exists')
})

test('an event that nothing is bound to is ignored, a bare picture is not', async () => {
  const event = shop.task('')
  event.message.parts = [{ kind: 'event', name: 'enter_agent' }]
  expect(await runTask(event, shop.engine, never)).toEqual({
    state: 'ignored',
    why: 'nothing is bound to the event enter_agent',
  })
  const picture = shop.task('')
  picture.message.parts = [{ kind: 'image', media: { source: 'platform', id: 'm1' } }]
  expect(await runTask(picture, shop.engine, never)).toMatchObject({ state: 'refused' })
  expect(shop.said).toEqual([`${picture.id}: Received, but no command takes it. Send "help" to see what there is.`])
})

test('a fault of ours is a failed attempt like any other', async () => {
  const builtins = new Map(shop.engine.builtins)
  const whoami = builtins.get('whoami')
  if (whoami === undefined) throw new Error('whoami is built in')
  const run = (): never => {
    throw new TypeError('x is undefined')
  }
  builtins.set('whoami', { ...whoami, run })
  const task = shop.task('whoami')
  const engine = { ...shop.engine, builtins }
  for (const isLast of [false, false, true]) {
    const outcome = await runTask(task, engine, never)
    expect(outcome.state === 'failed' && outcome.retryInMs === undefined).toBe(isLast)
  }
  expect(await store.runs.find(task.id)).toMatchObject({
    state: 'failed',
    why: expect.stringContaining('x is undefined'),
  })
  expect(shop.said).toEqual([expect.stringContaining('failed after 3 tries')])
})

test('a task whose answer can go nowhere ends all the same', async () => {
  const task = shop.task('try once')
  const engine = { ...shop.engine, say: () => Promise.reject(new Error('there is no channel "staff"')) }
  expect(await runTask(task, engine, never)).toEqual({ state: 'failed', error: expect.any(Error) })
  expect(await store.runs.find(task.id)).toMatchObject({
    state: 'failed',
    why: expect.stringContaining('there is no channel "staff"'),
  })
})

test('while the store is away nothing is begun', async () => {
  const task = shop.task('try once')
  const away = new StoreUnavailableError('away')
  const runs = { ...store.runs, start: () => Promise.reject(away) }
  await expect(runTask(task, { ...shop.engine, store: { ...store, runs } }, never)).rejects.toBe(away)
  expect(await store.runs.find(task.id)).toBeUndefined()
})

test('an answer waits for a store that is away for a moment', async () => {
  const task = shop.task('try work')
  let tries = 0
  const say: typeof shop.engine.say = async (said) => {
    tries += 1
    if (tries < 3) throw new StoreUnavailableError('away')
    await shop.engine.say(said)
  }
  expect(await runTask(task, { ...shop.engine, say }, never)).toEqual({ state: 'done' })
  expect(shop.said).toEqual([`${task.id}: answer`])
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'done', attempt: 1 })
})
