import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { childTaskId } from '../../../src/core/task/child-item.ts'
import { newRunOf } from '../../../src/core/task/run.ts'
import type { Task } from '../../../src/core/task/task.ts'
import type { Wait, WaitOrder } from '../../../src/core/task/wait.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { unique } from '../../contracts/store/samples.ts'
import { mortal } from '../../fakes/cut-short.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, unlimited, type Workshop } from '../workshop.ts'

/*
 * The contract of built-in commands: a process may die after any of the writes of one; the next attempt says what an
 * undisturbed one says, and what is there afterwards is the same.
 */

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

interface Scene {
  shop: Workshop
  me: string
  group: string
}

/** What is there before, the line, and what of the world it may change. */
interface Case {
  line: string | ((number: number) => string)
  isBoss?: boolean
  /** Makes the task whose number the line bears. */
  before?(scene: Scene): Promise<Task | undefined>
  see?(scene: Scene, target: Task | undefined): Promise<unknown>
}

const hourMs = 3_600_000
const approval = { kind: 'approval', withinMs: hourMs, notSelf: false, count: 1 } as const
const question = { kind: 'answer', withinMs: hourMs, from: 'asker' } as const

/** A task that waits for one after the other. */
const waiting =
  (...orders: WaitOrder[]) =>
  async ({ shop, me, group }: Scene): Promise<Task> => {
    shop.does(async (_run, calls) => {
      for (const order of orders) {
        // The engine's own answer.
        const waited = (await calls.call({ method: 'wait', order })) as { waits: never } | { value: unknown }
        if ('waits' in waited) return { state: 'waits', waits: [waited.waits] }
      }
      return { state: 'done', parts: [] }
    })
    const task = shop.task('try work', { sender: me, group })
    await runTask(task, shop.engine, never)
    return task
  }

const live = async ({ shop, me }: Scene): Promise<Task> => {
  const task = shop.task('try work', { sender: me })
  await shop.store.runs.create(newRunOf(task), shop.engine.now())
  return task
}
const ended = async (scene: Scene): Promise<Task> => {
  const task = await live(scene)
  await scene.shop.store.steps.save(task.id, 'rows', 1)
  await scene.shop.store.runs.cancel(task.id, 'no', 'x', scene.shop.engine.now())
  return task
}
/** A task that waits for its two child tasks, and has something to be taken back. */
const withChildren = async ({ shop, me, group }: Scene): Promise<Task> => {
  shop.does(async ({ undoes }, { call }) => {
    for (const name of undoes ?? []) await call({ method: 'tookBack', name, ms: 1 })
    if (undoes !== undefined) return { state: 'done', parts: [] }
    await call({ method: 'onCancel', name: 'hotel', timeoutMs: 1_000 })
    const order = { name: 'items', items: ['a', 'b'], atOnce: 2 }
    // The engine's own answer.
    const { waits } = (await call({ method: 'all', order })) as { waits: Wait }
    return { state: 'waits', waits: [waits] }
  })
  const task = shop.task('try work', { sender: me, group })
  await runTask(task, shop.engine, never)
  for (const child of shop.queued.splice(0)) await shop.store.runs.create(newRunOf(child), shop.engine.now())
  return task
}
const familyOf = async (_: Scene, target: Task | undefined) => {
  const id = target?.id ?? ''
  const [fan] = await store.fanOuts.list(id)
  const children = [0, 1].map((index) => childTaskId(id, fan?.id ?? '', index))
  const runs = await Promise.all([id, ...children].map((each) => store.runs.find(each)))
  const undone = (await store.steps.list(id)).filter(({ name }) => name.startsWith('undone:'))
  return { states: runs.map((run) => run?.state), undone }
}
/** The same, where somebody has approved the first one already. */
const approvedOnce =
  (who: 'boss' | 'me') =>
  async (scene: Scene): Promise<Task> => {
    const { me, shop } = scene
    await store.grants.put({ subject: `staff:${me}`, scene: 'secret', command: 'show', by: 'x', at: 0 }, 'x', 0)
    const two = { ...approval, count: 2, by: 'secret.show' }
    const task = await waiting({ ...two, name: 'a : 发 🙂' }, { ...two, name: 'next' })(scene)
    const number = (await store.runs.find(task.id))?.number
    await runTask(shop.task(`approve ${number}`, { sender: who === 'me' ? me : who }), shop.engine, never)
    return task
  }
const stateOf = async (_: Scene, target: Task | undefined) => {
  const { state, generation } = (await store.runs.find(target?.id ?? '')) ?? {}
  return { state, generation }
}
/** What was decided and answered, by its signal. */
const signalsOf = async (_: Scene, target: Task | undefined) =>
  (await store.steps.list(target?.id ?? ''))
    .filter(({ name }) => name.startsWith('signal:'))
    .map(({ name, value }) => [name, { ...(value as object), message: undefined }])
const schedulesOf = async ({ shop, me }: Scene) =>
  (await shop.schedules.list(`staff:${me}`)).map(({ text, paused }) => [text, paused?.why])
const grantsTo = async ({ me }: Scene) =>
  (await store.grants.list(`staff:${me}`)).map((grant) => ({ ...grant, at: undefined }))
const add = 'schedule add "every weekday 9:00" try work'
const scheduled =
  (...lines: string[]) =>
  async (scene: Scene): Promise<undefined> => {
    for (const line of [add, ...lines])
      await runTask(scene.shop.task(await withSchedule(line, scene), { sender: scene.me }), scene.shop.engine, never)
  }
async function withSchedule(line: string, { shop, me }: Scene): Promise<string> {
  const [schedule] = await shop.schedules.list(`staff:${me}`)
  return line.replace('<schedule>', `${schedule?.number}`)
}
const said = async ({ shop, me }: Scene): Promise<undefined> => {
  await shop.store.conversations.append(`llm:staff:${me}:staff:${me}`, [{ id: 'e', entry: 'before' }], 10)
}

const cases: Record<string, Case[]> = {
  help: [{ line: 'help' }],
  whoami: [{ line: 'whoami' }],
  chat_id: [{ line: 'chat_id' }],
  lang: [{ line: 'lang zh' }, { line: 'lang fr' }],
  new: [{ line: 'new', before: said, see: ({ me }) => store.conversations.read(`llm:staff:${me}:staff:${me}`, 0, 10) }],
  preset: [{ line: 'preset use pirate' }, { line: 'preset' }, { line: 'preset use parrot' }],
  tasks: [{ line: 'tasks', before: live }],
  task: [{ line: (number) => `task ${number}`, before: live }],
  cancel: [
    { line: (number) => `cancel ${number}`, before: live, see: stateOf },
    { line: (number) => `cancel ${number}`, before: live, see: stateOf, isBoss: true },
    { line: (number) => `cancel ${number}`, before: ended, see: stateOf },
    { line: (number) => `cancel ${number}`, before: withChildren, see: familyOf },
    { line: (number) => `cancel ${number}`, before: withChildren, see: familyOf, isBoss: true },
  ],
  retry: [
    { line: (number) => `retry ${number}`, before: ended, see: stateOf },
    { line: (number) => `retry ${number} --fresh`, before: ended, see: stateOf },
    { line: (number) => `retry ${number}`, before: live, see: stateOf },
  ],
  grant: [{ line: 'grant <me> secret show --until=2h', isBoss: true, see: grantsTo }],
  revoke: [
    {
      line: 'revoke <me> secret show',
      isBoss: true,
      see: grantsTo,
      async before({ me, shop }) {
        const grant = { subject: `staff:${me}`, scene: 'secret', command: 'show', by: 'x', at: 0 }
        await shop.store.grants.put(grant, 'x', shop.engine.now())
        return undefined
      },
    },
    { line: 'revoke <me> secret show', isBoss: true },
  ],
  grants: [{ line: 'grants' }],
  approve: [
    { line: (number) => `approve ${number}A so be it`, before: approvedOnce('boss'), see: signalsOf },
    { line: (number) => `approve ${number}`, before: approvedOnce('me'), see: signalsOf },
    {
      line: (number) => `approve ${number} well`,
      before: waiting({ ...approval, name: 'first' }, { ...approval, name: 'second' }),
      see: signalsOf,
    },
    { line: (number) => `approve ${number}a`, before: waiting({ ...approval, name: 'last' }), see: signalsOf },
    {
      line: (number) => `approve ${number}`,
      before: waiting({ ...approval, name: 'of two', count: 2 }, { ...approval, name: 'second' }),
      see: signalsOf,
    },
    {
      line: (number) => `approve ${number}`,
      async before(scene) {
        const task = await waiting({ ...approval, name: 'of two', count: 2 }, { ...approval, name: 'next' })(scene)
        const number = (await store.runs.find(task.id))?.number
        await runTask(scene.shop.task(`approve ${number}`, { sender: 'boss' }), scene.shop.engine, never)
        return task
      },
      see: signalsOf,
    },
  ],
  reject: [
    { line: (number) => `reject ${number}a no`, before: approvedOnce('me'), see: signalsOf },
    {
      line: (number) => `reject ${number} no`,
      before: waiting({ ...approval, name: 'first' }, { ...approval, name: 'second' }),
      see: signalsOf,
    },
  ],
  answer: [
    {
      line: (number) => `answer ${number} red`,
      before: waiting(
        { ...question, name: 'colour', question: 'Which?' },
        { ...question, name: 'size', question: 'Size?' },
      ),
      see: signalsOf,
    },
  ],
  quota: [
    {
      line: 'quota raise <me> tokens 500 2h',
      isBoss: true,
      see: ({ shop, me }) => shop.budgets.standing(`staff:${me}`),
    },
    { line: 'quota' },
  ],
  schedule: [
    { line: add, see: schedulesOf },
    { line: 'schedule remove <schedule>', before: scheduled(), see: schedulesOf },
    { line: 'schedule pause <schedule>', before: scheduled(), see: schedulesOf },
    { line: 'schedule resume <schedule>', before: scheduled('schedule pause <schedule>'), see: schedulesOf },
    { line: 'schedule run <schedule>', before: scheduled(), see: schedulesOf },
    { line: 'schedule show <schedule>', before: scheduled() },
  ],
}

/** Words that are said to whoever is asked something: they are no command. */
const plain: Case = {
  line: 'dark green',
  before: waiting(
    { ...question, name: 'colour', question: 'Which?' },
    { ...question, name: 'size', question: 'Size?' },
  ),
  see: signalsOf,
}

/** What befalls the process that carries a line out: it dies after so many writes, or its store is away for once. */
type Mishap = { dieAfter: number } | { awayAt: number; how: 'undone' | 'unheard' }
const undisturbed: Mishap = { dieAfter: Number.POSITIVE_INFINITY }

/** What is said and what is there after a mishap; undefined when it did not come to it. */
async function told(
  { line, isBoss, before, see }: Case,
  mishap: Mishap,
  byChance = false,
): Promise<{ told: unknown; operations: number } | undefined> {
  const life = mortal(store)
  const budgets = { ...unlimited, person: { tokens: 1_000, warnAt: 0.8 } }
  const shop = await aWorkshop(life.store, { budgets })
  const scene: Scene = { shop, me: unique('person'), group: unique('room') }
  const target = await before?.(scene)
  shop.pass(1)
  const number = (await store.runs.find(target?.id ?? ''))?.number ?? 0
  const written = typeof line === 'string' ? line : line(number)
  const text = await withSchedule(written.replace('<me>', scene.me), scene)
  const made = shop.task(text, { sender: isBoss ? 'boss' : scene.me, group: scene.group })
  const task = byChance
    ? { ...made, lane: 'long', route: { scene: 'try', command: 'once', rest: text, isByChance: true } }
    : made
  const goOn = async () => {
    for (const id of shop.woken.splice(0)) if (id === target?.id) await runTask(target, shop.engine, never)
  }

  const { say } = shop.engine
  shop.engine.say = async (what) => (life.isDead() ? Promise.reject(new Error('this process is dead')) : say(what))
  if ('dieAfter' in mishap) life.dieAfter(mishap.dieAfter)
  life.awayAt(...('dieAfter' in mishap ? ([0, 'undone'] as const) : ([mishap.awayAt, mishap.how] as const)))
  const isCutShort = await runTask(task, shop.engine, never).then(
    () => false,
    () => true,
  )
  const operations = life.back()
  const hasDied = life.revive() || isCutShort
  // The world goes on meanwhile, and the task is taken up again.
  await goOn()
  const words = () => shop.said.filter((said) => said.startsWith(task.id)).map((said) => said.slice(task.id.length))
  const first = words()
  if (hasDied) {
    shop.pass(shop.engine.leaseMs + 1)
    await runTask(task, shop.engine, never)
    await goOn()
  }
  const last = words().at(-1)
  // What was said before it died was the same.
  if (first.length > 0) expect(last).toBe(first.at(-1))
  const ofOne = (json: string) =>
    json
      .replaceAll(scene.me, 'me')
      .replaceAll(scene.group, 'group')
      .replaceAll(`#${number}`, '#')
      .replaceAll(/(schedule(?: resume)?|retry) \d+|\d+(?= ·)/gi, '$1 ·')
  const seen = (await see?.(scene, target)) ?? null
  const state = (await store.runs.find(task.id))?.state
  return hasDied || mishap === undisturbed || 'awayAt' in mishap
    ? { told: JSON.parse(ofOne(JSON.stringify({ last, seen, state }))), operations }
    : undefined
}

async function bearsADeathAnywhere(each: Case, byChance = false): Promise<void> {
  const expected = await told(each, undisturbed, byChance)
  for (let writes = 1; ; writes++) {
    const killed = await told(each, { dieAfter: writes }, byChance)
    if (killed === undefined) break
    expect(killed.told, `dead after ${writes} writes`).toEqual(expected?.told)
  }
}

async function bearsAnOutageAnywhere(name: string, each: Case, byChance = false): Promise<void> {
  const expected = await told(each, undisturbed, byChance)
  const places = Array.from({ length: expected?.operations ?? 0 }, (_, place) => place + 1)
  const mishaps = places.flatMap((awayAt) => (['undone', 'unheard'] as const).map((how) => ({ awayAt, how })))
  await Promise.all(
    mishaps.map(async (mishap) =>
      expect((await told(each, mishap, byChance))?.told, `${name}: away at ${mishap.awayAt}, ${mishap.how}`).toEqual(
        expected?.told,
      ),
    ),
  )
}

test('every built-in command has its cases', async () => {
  const { engine } = await aWorkshop(store)
  expect(Object.keys(cases).toSorted()).toEqual([...engine.builtins.keys()].toSorted())
})

describe.each(Object.entries(cases))('%s', (_, its) => {
  test.each(its.map((each, index) => [`${index + 1}`, each] as const))(
    '%s: a second attempt says and does what the first one did',
    (_, each) => bearsADeathAnywhere(each),
  )
})

test('words that are an answer are that in a second attempt too', () => bearsADeathAnywhere(plain))
test('words that call a command by chance, as well', () => bearsADeathAnywhere(plain, true))

test('while the store is away for a moment all of them say and do the same', async () => {
  const named = Object.entries(cases).flatMap(([name, its]) => its.map((each) => [name, each] as const))
  // All at once: an outage is sat out.
  const all = named.map(([name, each]) => bearsAnOutageAnywhere(name, each))
  await Promise.all([...all, bearsAnOutageAnywhere('words', plain), bearsAnOutageAnywhere('by chance', plain, true)])
})
