import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/core/errors.ts'
import type { Part } from '../../../src/core/message/part.ts'
import type { Task } from '../../../src/core/task/task.ts'
import type { Wait, WaitOrder } from '../../../src/core/task/wait.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

/* Tasks that wait for several things at once, and what a press on one of their cards does. */

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let shop: Workshop
let chat = 0
let group: string
let cards: Extract<Part, { kind: 'card' }>[]
let failing: 'signal' | undefined
beforeEach(async () => {
  failing = undefined
  group = `room-${++chat}`
  const signal: EmbeddedStore['runs']['signal'] = (...given) =>
    failing === undefined ? store.runs.signal(...given) : Promise.reject(new StoreUnavailableError('away'))
  shop = await aWorkshop({ ...store, runs: { ...store.runs, signal } })
  cards = []
  const { say } = shop.engine
  shop.engine.say = async (said) => {
    cards.push(...said.parts.flatMap((part) => (part.kind === 'card' ? [part] : [])))
    return say(said)
  }
})

const hourMs = 3_600_000
const approve = (name: string, more: Partial<Extract<WaitOrder, { kind: 'approval' }>> = {}): WaitOrder => ({
  kind: 'approval',
  name,
  withinMs: hourMs,
  notSelf: false,
  count: 1,
  ...more,
})
const ask = (name: string, more: Partial<Extract<WaitOrder, { kind: 'answer' }>> = {}): WaitOrder => ({
  kind: 'answer',
  name,
  question: `${name}?`,
  withinMs: hourMs,
  from: 'asker',
  ...more,
})

/** A task that waits for all of these at once, and then says what they came to. */
async function waitsFor(...orders: WaitOrder[]): Promise<{ task: Task; number: number }> {
  shop.does(async (_run, calls) => {
    const waited = []
    // The engine's own answers.
    for (const order of orders)
      waited.push((await calls.call({ method: 'wait', order })) as { waits: Wait } | { value: unknown })
    const waits = waited.flatMap((each) => ('waits' in each ? [each.waits] : []))
    if (waits.length > 0) return { state: 'waits', waits }
    return { state: 'done', parts: [{ kind: 'text', text: JSON.stringify(waited) }] }
  })
  const task = shop.task('try work', { group })
  await runTask(task, shop.engine, never)
  return { task, number: (await store.runs.find(task.id))?.number ?? 0 }
}

/** What somebody reads in return; undefined when nothing is said. */
async function says(who: string, text: string): Promise<string | undefined> {
  const task = shop.task(text, { sender: who, group })
  await runTask(task, shop.engine, never)
  return shop.said.find((line) => line.startsWith(`${task.id}: `))?.slice(task.id.length + 2)
}

const pressed = (about: string, label: string): string =>
  cards.find(({ text }) => text === about)?.buttons?.find((button) => button.label === label)?.command ?? 'no button'
const decided = async (task: Task): Promise<string[]> =>
  (await store.steps.list(task.id)).flatMap(({ name }) => (name.startsWith('signal:') ? [name] : []))

test('a press on a card decides that card, in whatever order they were asked', async () => {
  const { task, number } = await waitsFor(approve('drop'), approve('mail', { question: 'Send the mail?' }))
  const press = pressed('Send the mail?', 'Approve')
  expect(press).toBe(`approve ${number}b`)
  expect(await says('zhangsan', press)).toBe(`#${number}b is approved and goes on.`)
  expect(await decided(task)).toEqual(['signal:approval:mail:0'])
  expect(await says('zhangsan', `reject ${number}A not the data`)).toBe(`#${number}a is rejected.`)
  expect(await says('zhangsan', press)).toBe(`#${number}b was already approved by staff:zhangsan.`)
})

test('a command that names none of several is told which there are, and decides nothing', async () => {
  const { task, number } = await waitsFor(approve('drop 数据库'), approve('mail', { question: 'Send\nthe mail?' }))
  expect(await says('zhangsan', `approve ${number} mail`)).toBe(
    `#${number} waits for 2 of these. Say which you mean:\napprove ${number}a · drop 数据库\napprove ${number}b · Send the mail?`,
  )
  expect(await says('zhangsan', `reject ${number}c`)).toBe(`#${number}c does not wait for an approval.`)
  expect(await decided(task)).toEqual([])
})

test('a note is never taken for a name, nor a name for a note', async () => {
  const { number, task } = await waitsFor(approve('a'), approve('b'))
  await says('zhangsan', `approve ${number}b a`)
  expect(await store.steps.find(task.id, 'signal:approval:b:0')).toMatchObject({ value: { note: 'a' } })
})

test('whose names hold colons are told apart, and so are the votes on them', async () => {
  const names = ['x', 'x:0', 'x:0:staff']
  const { task, number } = await waitsFor(...names.map((name) => approve(name, { count: 2, by: 'secret.show' })))
  expect(await says('boss', `approve ${number}b`)).toBe(`Noted. #${number}b needs 1 more.`)
  for (const place of ['a', 'c']) expect(await says('boss', `approve ${number}${place}`)).toContain('needs 1 more')
  expect(await decided(task)).toEqual([])
})

test('each of several approvers decides what is theirs, in any order and without a name', async () => {
  const secret = (who: string, command: string) =>
    store.grants.put({ subject: `staff:${who}`, scene: 'secret', command, by: 'x', at: 0 }, 'x', shop.engine.now())
  await secret('legal', 'show')
  await secret('money', 'burn')
  const { number, task } = await waitsFor(
    approve('legal', { by: 'secret.show' }),
    approve('money', { by: 'secret.burn' }),
  )
  expect(await says('money', `approve ${number}`)).toBe(`#${number} is approved and goes on.`)
  expect(await decided(task)).toEqual(['signal:approval:money:0'])
  expect(await says('money', `approve ${number}`)).toContain('was already approved by staff:money')
  expect(await says('legal', `approve ${number}`)).toBe(`#${number} is approved and goes on.`)
})

test('one whose time is over does not block the next', async () => {
  const { number } = await waitsFor(approve('short', { withinMs: 1_000 }), approve('long'))
  shop.pass(1_000)
  expect(await says('zhangsan', `approve ${number}a`)).toBe(`The time to approve #${number}a is over.`)
  expect(await says('zhangsan', `approve ${number}`)).toBe(`#${number} is approved and goes on.`)
})

test('in a later generation a card of an earlier one names nothing that is open', async () => {
  const { task, number } = await waitsFor(approve('drop'), approve('mail'))
  const old = pressed('mail', 'Approve')
  await store.runs.cancel(task.id, 'no', 'x', shop.engine.now())
  for (const fresh of [false, true]) {
    await store.runs.reopen(task.id, [], shop.engine.now(), { fresh })
    await runTask(task, shop.engine, never)
    expect(await says('zhangsan', old)).toMatch(/is over|does not wait/)
    expect(await decided(task)).toEqual([])
    await store.runs.cancel(task.id, 'no', 'x', shop.engine.now())
  }
  await store.runs.reopen(task.id, [], shop.engine.now())
  cards.length = 0
  await runTask(task, shop.engine, never)
  expect(await says('zhangsan', pressed('mail', 'Approve'))).toBe(`#${number}b4 is approved and goes on.`)
  expect(await decided(task)).toEqual(['signal:approval:mail:3'])
})

test('an approval that an older version asked for is approved by its old card, and named when it is one of several', async () => {
  const { task, number } = await waitsFor()
  const run = shop.task('try work')
  const old = (name: string) => ({
    kind: 'approval',
    name,
    untilMs: shop.engine.now() + hourMs,
    signal: `approval:${name}:0`,
    notSelf: false,
    count: 1,
  })
  expect(task.id).not.toBe(run.id)
  await store.runs.start({ id: run.id, task: run, owner: 'staff:zhangsan', events: [] }, shop.engine.now(), 1)
  const named = (await store.runs.find(run.id))?.number
  expect(named).toBe(number + 1)
  await store.steps.save(run.id, 'wait:approval:approval:one:0', old('one'))
  await store.steps.save(run.id, 'wait:approval:approval:two:0', old('two'))
  expect(await says('zhangsan', `approve ${named}`)).toContain(`approve ${named}b · two`)
  expect(await says('zhangsan', `approve ${named}b`)).toContain('is approved')
  expect(await says('zhangsan', `approve ${named}`)).toContain('is approved')
  expect(await decided(run)).toEqual(['signal:approval:two:0', 'signal:approval:one:0'])
})

test.each([1, 2])('a vote of %i whose signal was lost is gone on with by the same vote', async (count) => {
  const { number, task } = await waitsFor(approve('pay', { count, by: 'secret.show' }))
  await store.grants.put({ subject: 'staff:deputy', scene: 'secret', command: 'show', by: 'x', at: 0 }, 'x', 0)
  if (count === 2) await says('deputy', `approve ${number}`)
  failing = 'signal'
  const vote = shop.task(`approve ${number}`, { sender: 'boss' })
  const voted = runTask(vote, shop.engine, never)
  await expect.poll(async () => (await store.steps.list(vote.id)).length).toBeGreaterThan(0)
  failing = undefined
  await voted
  expect(shop.said.at(-1)).toBe(`${vote.id}: #${number} is approved and goes on.`)
  expect(shop.woken).toEqual([task.id])
})

test('a vote that counts already, and waits for others, is told so; one that was never counted is, by the next', async () => {
  const { number, task } = await waitsFor(approve('pay', { count: 2, by: 'secret.show' }))
  await says('boss', `approve ${number}`)
  expect(await says('boss', `approve ${number}`)).toBe(`You have voted on #${number} already.`)
  // Kept by somebody whose process died for good before it was counted.
  const kept = { by: 'staff:lisi', isApproved: true }
  await store.steps.save(task.id, 'wait:vote:approval:pay:0:staff:lisi', kept)
  expect(await says('boss', `approve ${number}`)).toBe(`#${number} is approved and goes on.`)
  expect(await store.steps.find(task.id, 'signal:approval:pay:0')).toMatchObject({
    value: { by: ['staff:boss', 'staff:lisi'] },
  })
})

test('who has approved may still reject what is not decided', async () => {
  const { number } = await waitsFor(approve('pay', { count: 2, by: 'secret.show' }))
  await says('boss', `approve ${number}`)
  expect(await says('boss', `reject ${number}`)).toBe(`#${number} is rejected.`)
})

test('a press on a card with choices answers that card', async () => {
  const { task, number } = await waitsFor(
    ask('size', { choices: ['S', 'M'] }),
    ask('colour', { choices: ['red', '--', '"M"'] }),
  )
  expect(await says('zhangsan', pressed('size?', 'S'))).toBe(`#${number} has your answer and goes on.`)
  expect(await says('zhangsan', pressed('colour?', '"M"'))).toBe(`#${number} has your answer and goes on.`)
  await runTask(task, shop.engine, never)
  expect(shop.said.at(-1)).toContain(
    '[{"value":{"text":"S","by":"staff:zhangsan"}},{"value":{"text":"\\"M\\"","by":"staff:zhangsan"}}]',
  )
  const third = await waitsFor(ask('mark', { choices: ['--', '-'] }))
  expect(await says('zhangsan', pressed('mark?', '--'))).toBe(`#${third.number} has your answer and goes on.`)
})

test('an answer without a code goes to the one question that it fits, else it is told which there are', async () => {
  const { task, number } = await waitsFor(
    ask('size', { choices: ['S', 'M'] }),
    ask('colour', { choices: ['red', 'blue'] }),
    ask('way'),
  )
  expect(await says('zhangsan', `answer ${number} S`)).toBe(
    `#${number} waits for 2 of these. Say which you mean:\nanswer ${number}a … · size?\nanswer ${number}c … · way?`,
  )
  await says('zhangsan', `answer ${number}c anyhow`)
  expect(await says('zhangsan', `answer ${number} green`)).toContain(`answer ${number}b … · colour?`)
  expect(await says('zhangsan', `answer ${number} S`)).toContain('has your answer')
  expect(await says('zhangsan', `answer ${number} green`)).toContain('please choose one of red, blue')
  expect(await decided(task)).toEqual(['signal:answer:way:0', 'signal:answer:size:0'])
})

test('what somebody writes answers the question that was asked last, whatever the numbers of the tasks', async () => {
  const late = await waitsFor({ kind: 'sleep', name: 'a moment', ms: 1_000 })
  const early = await waitsFor(ask('age'))
  shop.does(async (_run, calls) => {
    // The engine's own answer.
    const waited = (await calls.call({ method: 'wait', order: ask('city') })) as { waits: Wait } | { value: unknown }
    return 'waits' in waited ? { state: 'waits', waits: [waited.waits] } : { state: 'done', parts: [] }
  })
  shop.pass(1_000)
  await runTask(late.task, shop.engine, never)
  expect(late.number).toBeLessThan(early.number)
  await says('zhangsan', 'Paris')
  expect(await decided(late.task)).toEqual(['signal:answer:city:0'])
  await says('zhangsan', '30')
  expect(await decided(early.task)).toEqual(['signal:answer:age:0'])
})

test('of two that were asked at one moment the second is meant', async () => {
  const { task } = await waitsFor(...Array.from({ length: 28 }, (_, place) => ask(`q${place}`)))
  await says('zhangsan', 'yes')
  await says('zhangsan', 'yes')
  expect(await decided(task)).toEqual(['signal:answer:q27:0', 'signal:answer:q26:0'])
})
