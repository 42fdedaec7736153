import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Part } from '../../../src/core/message/part.ts'
import type { Task } from '../../../src/core/task/task.ts'
import type { Wait } from '../../../src/core/task/wait.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { HostCall } from '../../../src/engine/host/protocol.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let shop: Workshop
let chat = 0
let group: string
beforeEach(async () => {
  shop = await aWorkshop(store)
  group = `room-${++chat}`
})

const hourMs = 3_600_000
type Order = Extract<HostCall, { method: 'wait' }>['order'] & { kind: 'answer' }
const colour: Order = { kind: 'answer', name: 'colour', question: 'Which colour?', withinMs: hourMs, from: 'asker' }

/** A command that asks, one question after the other, and says what it heard. */
function asks(...orders: Order[]): void {
  shop.does(async (_run, calls) => {
    const heard: unknown[] = []
    for (const order of orders) {
      // The engine's own answer.
      const waited = (await calls.call({ method: 'wait', order })) as { waits: never } | { value: unknown }
      if ('waits' in waited) return { state: 'waits', waits: [waited.waits] }
      heard.push(waited.value)
    }
    return { state: 'done', parts: [{ kind: 'text', text: JSON.stringify(heard) }] }
  })
}

async function asked(sender = 'zhangsan'): Promise<{ task: Task; number: number }> {
  const task = shop.task('try work', { sender, group })
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'waits' })
  return { task, number: (await store.runs.find(task.id))?.number ?? 0 }
}

/** What somebody reads in return; undefined when nothing is said. */
async function says(who: string, text: string, quote?: string, where = group): Promise<string | undefined> {
  const task = shop.task(text, { sender: who, group: where })
  const parts: Part[] = [...task.message.parts]
  if (quote !== undefined) parts.push({ kind: 'quote', messageId: quote })
  await runTask({ ...task, message: { ...task.message, parts } }, shop.engine, never)
  return shop.said.find((line) => line.startsWith(`${task.id}: `))?.slice(task.id.length + 2)
}

async function endOf(task: Task): Promise<string | undefined> {
  await runTask(task, shop.engine, never)
  return shop.said.at(-1)?.slice(task.id.length + 2)
}

/** Has the platform know what a task said under an id. */
async function sentAs(task: Task, text: string, platformMessageId: string): Promise<void> {
  const id = `${task.id}-${platformMessageId}`
  const now = shop.engine.now()
  const part = { kind: 'text', text } as const
  const to = task.message.from
  const permit = { now, leaseMs: 1_000, limits: { account: [], chat: [] } }
  await store.outbox.offer([{ id, to, part, taskId: task.id, createdAt: now, expiresAt: now + hourMs }], { permit })
  await store.outbox.applyVerdict(
    id,
    1,
    { state: 'sent', route: 'active', receipt: { platformMessageId, sentAt: now } },
    now,
  )
}

test('what the asker writes next is the answer, and nothing else is said to it', async () => {
  asks(colour)
  const { task } = await asked()
  expect(shop.said).toEqual([`${task.id}: Which colour?`])
  expect(await says('zhangsan', 'dark green')).toBeUndefined()
  expect(shop.woken).toEqual([task.id])
  expect(await endOf(task)).toBe('[{"text":"dark green","by":"staff:zhangsan"}]')
})

test('a command in between is done, and is no answer', async () => {
  asks(colour)
  await asked()
  expect(await says('zhangsan', 'whoami')).toContain('zhangsan')
  expect(shop.woken).toEqual([])
})

test('what others say, or the asker elsewhere, is no answer', async () => {
  asks(colour)
  await asked()
  expect(await says('lisi', 'red')).toContain('There is no command')
  expect(await says('zhangsan', 'red', undefined, 'another room')).toContain('There is no command')
  expect(shop.woken).toEqual([])
})

test('anyone answers what is asked of anyone, and whoever is named what is asked of them', async () => {
  asks({ ...colour, from: 'anyone' })
  const open = await asked()
  await says('lisi', 'red')
  expect(await endOf(open.task)).toContain('"by":"staff:lisi"')

  asks({ ...colour, from: ['staff:WangWu'] })
  const named = await asked()
  expect(await says('zhangsan', 'red')).toContain('There is no command')
  await says('wangwu', 'blue')
  expect(await endOf(named.task)).toContain('"by":"staff:wangwu"')
})

test('words that call a command by chance are the answer of whoever is asked, a command’s name is not', async () => {
  asks(colour)
  const { task } = await asked()
  const byChance = (sender: string): Task => {
    const said = shop.task('try work', { sender, group })
    return { ...said, route: said.route && { ...said.route, isByChance: true } }
  }
  shop.does(() => ({ state: 'done', parts: [{ kind: 'text', text: 'called' }] }))
  await runTask(byChance('lisi'), shop.engine, never)
  expect(shop.said.at(-1)).toContain(': called')
  expect(shop.woken).toEqual([])
  const answer = byChance('zhangsan')
  await runTask(answer, shop.engine, never)
  expect(shop.said.filter((line) => line.includes('called'))).toHaveLength(1)
  expect(shop.woken).toEqual([task.id])
  await runTask(byChance('zhangsan'), shop.engine, never)
  expect(shop.said.filter((line) => line.includes('called'))).toHaveLength(2)
})

test('of choices one is taken by its words, its place or its button, and anything else reads which there are', async () => {
  asks({ ...colour, choices: ['Red', 'Blue'] })
  const first = await asked()
  expect(await says('zhangsan', 'green')).toBe(
    `#${first.number}: please choose one of Red, Blue, or send "cancel ${first.number}".`,
  )
  await says('zhangsan', 'blue')
  expect(await endOf(first.task)).toContain('"text":"Blue"')

  for (const [said, meant] of [
    ['ＢＬＵＥ', 'Blue'],
    ['２', 'Blue'],
  ] as const) {
    const { task } = await asked()
    await says('zhangsan', said)
    expect(await endOf(task)).toContain(`"text":"${meant}"`)
  }

  const second = await asked()
  await says('zhangsan', '1')
  expect(await endOf(second.task)).toContain('"text":"Red"')

  const third = await asked()
  expect(await says('zhangsan', `answer ${third.number} Red`)).toBe(`#${third.number} has your answer and goes on.`)
  expect(await endOf(third.task)).toContain('"text":"Red"')
})

test('of two questions in a chat the newest is answered, or the one that is quoted', async () => {
  asks(colour)
  const older = await asked()
  const newer = await asked()
  await sentAs(older.task, 'Which colour?', 'message-1')
  expect(await says('zhangsan', 'red', 'message-9')).toContain('There is no command')
  await says('zhangsan', 'red', 'message-1')
  expect(shop.woken).toEqual([older.task.id])
  await says('zhangsan', 'blue')
  expect(shop.woken).toEqual([older.task.id, newer.task.id])
})

test('of two questions in one task that one is answered whose words are quoted, whatever else stands in them', async () => {
  const orders = ['Shoe size?', 'size?', 'Name?', 'Name?'].map((question, place) => ({
    ...colour,
    name: `${place}`,
    question,
  }))
  shop.does(async (_run, calls) => {
    // The engine's own answers.
    const waited = await Promise.all(orders.map((order) => calls.call({ method: 'wait', order })))
    const waits = (waited as ({ waits: Wait } | { value: unknown })[]).flatMap((each) =>
      'waits' in each ? [each.waits] : [],
    )
    return waits.length > 0 ? { state: 'waits', waits } : { state: 'done', parts: [] }
  })
  const { task, number } = await asked()
  for (const { name, question } of orders) await sentAs(task, question, `message-${name}`)
  const answers = async () => {
    const kept = await store.steps.list(task.id)
    return kept.flatMap(({ name, value }) =>
      name.startsWith('signal:') ? [`${name}: ${(value as { text: string }).text}`] : [],
    )
  }
  expect(await says('zhangsan', '42', 'message-0')).toBeUndefined()
  expect(await says('zhangsan', 'Ann', 'message-2')).toBeUndefined()
  expect(await answers()).toEqual(['signal:answer:0:0: 42', 'signal:answer:2:0: Ann'])
  // What was answered is not taken for the answer to another question.
  expect(await says('zhangsan', '43', 'message-0')).toBe(`#${number} was answered already.`)
  expect(await says('zhangsan', 'Bob', 'message-2')).toBe(`#${number} was answered already.`)
  expect(await says('zhangsan', 'Bob', 'message-3')).toBeUndefined()
  expect(await says('zhangsan', '7', 'message-1')).toBeUndefined()
  expect(await answers()).toHaveLength(4)
})

test('the second question of a task is asked when the first is answered', async () => {
  asks(colour, { ...colour, name: 'size', question: 'Which size?' })
  const { task } = await asked()
  await says('zhangsan', 'red')
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'waits' })
  expect(shop.said.at(-1)).toBe(`${task.id}: Which size?`)
  await says('zhangsan', 'large')
  expect(await endOf(task)).toContain('"large"')
})

test('whoever answers by number what is not asked of them, late, twice or nothing, reads why', async () => {
  asks(colour)
  const { task, number } = await asked()
  expect(await says('lisi', `answer ${number} red`)).toBe(`#${number} does not ask you.`)
  await says('zhangsan', `answer ${number} red`)
  expect(await says('zhangsan', `answer ${number} blue`)).toBe(`#${number} was answered already.`)
  expect(await endOf(task)).toContain('"red"')

  const late = await asked()
  shop.pass(hourMs)
  expect(await says('zhangsan', `answer ${late.number} red`)).toBe(`The time to answer #${late.number} is over.`)
  expect(await says('zhangsan', 'red')).toContain('There is no command')
  expect(await endOf(late.task)).toBe('[{}]')
  expect(await says('zhangsan', 'answer 999999 red')).toBe('#999999 does not wait for an answer.')
})

test('a question that nobody answered is asked anew by a retry', async () => {
  asks(colour)
  const { task } = await asked()
  shop.pass(hourMs)
  await endOf(task)
  await store.runs.reopen(task.id, [], shop.engine.now())
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'waits' })
  await says('zhangsan', 'red')
  expect(await endOf(task)).toContain('"red"')
})

test('after a time others are asked to approve, and may from then on', async () => {
  const order = { kind: 'approval', name: 'pay', withinMs: 3 * hourMs, notSelf: false, count: 1 } as const
  shop.does(async (_run, calls) => {
    const escalate = { afterMs: hourMs, to: ['staff:lisi'] }
    // The engine's own answer.
    const waited = (await calls.call({ method: 'wait', order: { ...order, escalate } })) as
      | { waits: never }
      | { value: unknown }
    if ('waits' in waited) return { state: 'waits', waits: [waited.waits] }
    return { state: 'done', parts: [{ kind: 'text', text: JSON.stringify(waited.value) }] }
  })
  const start = shop.engine.now()
  const task = shop.task('try work', { group })
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'waits', untilMs: start + hourMs })
  const number = (await store.runs.find(task.id))?.number
  expect(await says('lisi', `approve ${number}`)).toBe(`#${number} is not yours to approve.`)

  shop.pass(hourMs)
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'waits', untilMs: start + 3 * hourMs })
  expect(shop.said.at(-1)).toBe(`${task.id}: Nobody has decided on #${number} yet; now staff:lisi may, too.`)
  expect(await says('wangwu', `approve ${number}`)).toBe(`#${number} is not yours to approve.`)
  expect(await says('lisi', `approve ${number}`)).toContain('is approved')
  expect(await endOf(task)).toBe('{"isApproved":true,"by":["staff:lisi"]}')
})
