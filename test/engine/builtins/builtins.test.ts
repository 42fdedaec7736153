import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newRunOf } from '../../../src/core/task/run.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { mustStart } from '../../contracts/store/samples.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, unlimited, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
let shop: Workshop
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())
beforeEach(async () => {
  shop = await aWorkshop(store)
})

/** What somebody is answered. */
async function answer(text: string, sample: Parameters<Workshop['task']>[1] = {}): Promise<string> {
  const task = shop.task(text, sample)
  await runTask(task, shop.engine, never)
  return shop.said.at(-1)?.slice(task.id.length + 2) ?? ''
}

test('whoami and chat_id tell the keys that grants are made of', async () => {
  expect(await answer('whoami', { sender: 'Lisi' })).toBe('staff:lisi\nlanguage: English (en)')
  expect(await answer('whoami', { sender: 'boss' })).toContain('administrator: yes')
  expect(await answer('chat_id', { group: 'Ops' })).toBe('staff:ops\ngroup')
  expect(await answer('chat_id', { sender: 'lisi' })).toBe('staff:lisi\none to one')
})

test('lang changes the language of the person alone, and refuses one that is not known', async () => {
  expect(await answer('lang zh', { sender: 'chen' })).toBe('好的，以后用中文。')
  expect(await answer('whoami', { sender: 'chen' })).toContain('语言：中文')
  expect(await answer('whoami', { sender: 'dong' })).toContain('language: English')
  expect(await answer('lang fr', { sender: 'chen' })).toMatch(/zh.*en/)
})

test('tasks lists what one asked for, newest first, and not the question itself', async () => {
  expect(await answer('tasks', { sender: 'fresh' })).toBe('No tasks yet.')
  const task = shop.task('try work', { sender: 'fresh' })
  await runTask(task, shop.engine, never)
  const { number } = (await store.runs.find(task.id)) ?? { number: 0 }
  expect((await answer('tasks', { sender: 'fresh' })).split('\n')).toContain(`#${number} try work · done`)
  expect(await answer('tasks', { sender: 'stranger' })).not.toContain(`#${number} `)
  expect(await answer('tasks all', { sender: 'boss' })).toContain(`#${number} `)
})

test('task tells the events of a task to its owner and to administrators, and to nobody else', async () => {
  const task = shop.task('try work', { sender: 'owner' })
  await runTask(task, shop.engine, never)
  const { number } = (await store.runs.find(task.id)) ?? { number: 0 }
  expect(await answer(`task ${number}`, { sender: 'owner' })).toMatch(/received\n.*started\n.*done/)
  expect(await answer(`task #${number}`, { sender: 'boss' })).toContain('try work · done')
  expect(await answer(`task ${number}`, { sender: 'other' })).toBe(
    `You have no task #${number}. Send "tasks" to see yours.`,
  )
})

test.each(['cancel', 'retry', 'task'])(
  '%s of what is no number of a task is answered like that of a stranger',
  async (word) => {
    for (const given of ['0', '-1', '1e3', '99999999', '9'.repeat(30), 'abc', '١٢']) {
      expect(await answer(`${word} ${given}`)).toBe(`You have no task #${given}. Send "tasks" to see yours.`)
    }
    expect(await answer(word)).toContain(`${word} <number>`)
  },
)

test('cancel ends what waits, and says so when it has ended', async () => {
  const { run } = await store.runs.create(newRunOf(shop.task('try work')), shop.engine.now())
  expect(await answer(`cancel ${run.number}`)).toBe(`#${run.number} is cancelled.`)
  expect(await answer(`cancel ${run.number}`)).toBe(`#${run.number} has ended already.`)
})

test('retry opens what has ended, and not what is under way', async () => {
  const { run } = await store.runs.create(newRunOf(shop.task('try work')), shop.engine.now())
  expect(await answer(`retry ${run.number}`)).toBe(`#${run.number} is still under way.`)
  await answer(`cancel ${run.number}`)
  expect(await answer(`retry ${run.number}`)).toBe(`#${run.number} starts again.`)
  expect(shop.queued.map(({ id }) => id)).toEqual([run.id])
})

test('retry says what it keeps, and --fresh keeps nothing', async () => {
  const { run } = await store.runs.create(newRunOf(shop.task('try work')), shop.engine.now())
  for (const name of ['rows', 'wait:sleep:a moment', 'text']) await store.steps.save(run.id, name, 1)
  await answer(`cancel ${run.number}`)
  expect(await answer(`retry ${run.number}`)).toBe(
    `#${run.number} goes on; what is done is kept (2): rows, text. To begin anew, send "retry ${run.number} --fresh" once it has ended.`,
  )
  await answer(`cancel ${run.number}`)
  expect(await answer(`retry ${run.number} --fresh`)).toBe(`#${run.number} starts from the beginning.`)
  expect(await store.steps.list(run.id)).toEqual([])
  expect((await store.runs.timeline(run.id)).at(-1)).toMatchObject({
    kind: 'reopened',
    text: expect.stringContaining('--fresh'),
  })
})

test('grants are given to a person here or elsewhere, to a group, or to the group one is in', async () => {
  const boss = { sender: 'boss' }
  expect(await answer('grant Lisi secret', boss)).toBe('Granted: staff:lisi · secret *')
  expect(await answer('grant other:Lisi secret show', boss)).toBe('Granted: other:lisi · secret show')
  expect(await answer('grant group secret burn', { ...boss, group: 'Ops' })).toBe(
    'Granted: group:staff:ops · secret burn',
  )
  expect(await answer('grants staff:lisi', boss)).toBe('staff:lisi · secret *')
  expect(await answer('grants', { sender: 'lisi' })).toBe('staff:lisi · secret *')
  expect(await answer('grants', { sender: 'nobody', group: 'ops' })).toBe('group:staff:ops · secret burn')
  expect(await answer('secret show', { sender: 'lisi' })).toBe('answer')
  expect(await answer('secret burn', { sender: 'nobody', group: 'ops' })).toBe('answer')
  expect(await answer('revoke lisi secret', boss)).toBe('Taken back.')
  expect(await answer('secret show', { sender: 'lisi' })).toContain('You may not use')
})

test('an MCP server is granted by its name', async () => {
  const boss = { sender: 'boss' }
  expect(await answer('grant zhaoliu mcp files', boss)).toBe('Granted: staff:zhaoliu · mcp files')
  expect(await answer('grant zhaoliu mcp others', boss)).toBe('There is no command mcp others.')
})

test('a grant lasts until its moment in the time zone of the installation', async () => {
  const boss = { sender: 'boss' }
  expect(await answer('grant wangwu secret show --until=2h', boss)).toContain('until 2027-01-15 18:00')
  expect(await answer('secret show', { sender: 'wangwu' })).toBe('answer')
  shop.pass(2 * 3_600_000)
  expect(await answer('secret show', { sender: 'wangwu' })).toContain('You may not use')
  expect(await answer('grant wangwu secret show --from=2027-02-01 --until=2027-02-03', boss)).toBe(
    'Granted: staff:wangwu · secret show from 2027-02-01 00:00 until 2027-02-04 00:00',
  )
})

test('who is no administrator cannot grant, and is told so', async () => {
  expect(await answer('grant lisi secret')).toContain('You may not use grant yet')
})

test('help hides what the asker may not use', async () => {
  expect(await answer('help')).not.toMatch(/secret|revoke/)
  expect(await answer('help', { sender: 'boss' })).toMatch(/secret[\s\S]*revoke/)
})

test('approve and reject say that nothing waits for them', async () => {
  expect(await answer('approve #7')).toBe('#7 does not wait for an approval.')
  expect(await answer('reject 7')).toBe('#7 does not wait for an approval.')
})

test('new forgets the conversation of this person in this chat', async () => {
  await store.conversations.append('llm:staff:ops:staff:zhangsan', [{ id: 'e1', entry: 'before' }], 10)
  await store.conversations.append('summary:llm:staff:ops:staff:zhangsan', [{ id: 'e1', entry: 'before' }], 10)
  await store.conversations.append('llm:staff:ops:staff:lisi', [{ id: 'e1', entry: 'before' }], 10)
  await answer('new', { group: 'ops' })
  expect(await store.conversations.read('llm:staff:ops:staff:zhangsan', 0, 10)).toEqual([])
  expect(await store.conversations.read('summary:llm:staff:ops:staff:zhangsan', 0, 10)).toEqual([])
  expect(await store.conversations.read('llm:staff:ops:staff:lisi', 0, 10)).toHaveLength(1)
})

test('preset tells who the model is, lists the presets, and everybody chooses for their own', async () => {
  const me = { sender: 'ahab' }
  expect(await answer('preset', me)).toMatch(/^Preset: none, by default\n/)
  expect(await answer('preset use pirate', me)).toBe('All right, from now on pirate (Pirate).')
  expect(await answer('preset', me)).toMatch(/^Preset: pirate \(Pirate\)\n/)
  expect(await answer('preset list', me)).toBe('● pirate (Pirate)\n○ plain\npreset use default: the default again')
  expect(await answer('preset use', me)).toContain('○ plain')
  expect(await answer('preset', { sender: 'ishmael' })).toContain('none')
  expect(await answer('preset', { ...me, group: 'crew' })).toContain('none')
  expect(await answer('preset use plain', { ...me, group: 'crew' })).toBe('All right, from now on plain.')
  expect(await answer('preset', me)).toContain('pirate')
  await answer('new', me)
  expect(await answer('preset', me)).toContain('pirate')
  expect(await answer('preset use Default', me)).toBe('All right, the default preset again.')
  expect(await answer('preset', me)).toContain('none')
})

test('a preset is also known by its title, and one that is not there is refused', async () => {
  expect(await answer('preset use 海盗')).toContain('pirate')
  expect(await answer('preset use PIRATE')).toContain('pirate')
  expect(await answer('preset use parrot')).toBe('There is no preset "parrot". Send "preset list" for all of them.')
  expect(await answer('preset burn')).toContain('list')
})

test('a conversation that a group shares has its preset changed by administrators and by those with a grant', async () => {
  shop = await aWorkshop(store, { memory: 'chat' })
  const group = 'shared'
  expect(await answer('preset use pirate', { group })).toMatch(
    /may not use preset use yet.*\ngrant staff:zhangsan preset use$/s,
  )
  expect(await answer('preset', { group })).toContain('none')
  expect(await answer('preset use pirate', { group, sender: 'boss' })).toBe(
    'All right, from now on pirate (Pirate) in this group.',
  )
  expect(await answer('preset', { group })).toContain('pirate')
  expect(await answer('grant zhangsan preset use', { sender: 'boss' })).toBe('Granted: staff:zhangsan · preset use')
  expect(await answer('preset use plain', { group })).toBe('All right, from now on plain in this group.')
  expect((await store.grants.audit(10)).map(({ what }) => what)).toContain('preset plain in staff:shared')
  expect(await answer('preset use default', { group, sender: 'lisi' })).toContain('may not')
  expect(await answer('grant group preset', { sender: 'boss', group })).toBe('Granted: group:staff:shared · preset *')
  expect(await answer('preset use default', { group, sender: 'lisi' })).toBe(
    'All right, the default preset again in this group.',
  )
  expect(await answer('preset use pirate', { sender: 'alone' })).toBe('All right, from now on pirate (Pirate).')
  expect(await answer('grant lisi preset burn', { sender: 'boss' })).toContain('no command')
})

describe('quota', () => {
  const aCall = { model: 'one', ms: 1, end: 'stop', inputTokens: 600, outputTokens: 100, cost: 0.25 }
  const limited = {
    ...unlimited,
    person: { tokens: 1_000, messages: 20, warnAt: 0.8 },
    group: { cost: 2, warnAt: 0.8 },
  }

  test('tells what one has used today, what is left, and when it begins anew; this group’s too', async () => {
    shop = await aWorkshop(store, { budgets: limited })
    const run = await spends(shop, 'quentin', 'ops')
    expect(await answer('quota', { sender: 'quentin', group: 'ops' })).toBe(
      [
        'Use of models today; it begins anew at 2027-01-16 00:00',
        'Me · staff:quentin',
        '  questions 1 / 20 (19 left)',
        '  tokens 700 / 1,000 (300 left)',
        '  money 0.25',
        'group:staff:ops',
        '  questions 1',
        '  tokens 700',
        '  money 0.25 / 2 (1.75 left)',
      ].join('\n'),
    )
    expect(await answer('quota', { sender: 'quentin' })).not.toContain('ops')
    expect(run.owner).toBe('staff:quentin')
  })

  test('of others is for administrators, who can raise it for a while and take that back', async () => {
    shop = await aWorkshop(store, { budgets: limited })
    await spends(shop, 'rita')
    expect(await answer('quota rita', { sender: 'quentin' })).toContain('Only administrators')
    expect(await answer('quota raise quentin tokens 5', { sender: 'quentin' })).toContain('Only administrators')
    expect(await answer('quota rita', { sender: 'boss' })).toContain('tokens 700 / 1,000')
    const raised = await answer('quota raise rita tokens 500 2027-01-20', { sender: 'boss' })
    expect(raised).toContain('Raised by 500 until 2027-01-21 00:00.')
    expect(raised).toContain('tokens 700 / 1,500 (800 left, raised)')
    shop.pass(86_400_000)
    expect(await answer('quota rita', { sender: 'boss' })).toContain('tokens 0 / 1,500')
    expect(await answer('quota raise rita tokens 0', { sender: 'boss' })).toContain('tokens 0 / 1,000 (1,000 left)')
    expect((await store.grants.audit(2)).map(({ what }) => what)).toEqual([
      'quota raise staff:rita tokens 0 (taken back)',
      'quota raise staff:rita tokens 500 until 2027-01-21 00:00',
    ])
  })

  test.each([
    ['quota raise', 'Usage: quota raise'],
    ['quota raise rita tokens', 'Usage: quota raise'],
    ['quota raise rita tokens much', 'Usage: quota raise'],
    ['quota raise rita tokens -5', 'Usage: quota raise'],
    ['quota raise rita bread 5', 'messages, tokens, cost'],
    ['quota raise rita tokens 5 2020-01-01', 'no time to come'],
    ['quota raise rita cost 5', 'has no limit of money'],
  ])('%s is refused with a reason', async (text, words) => {
    shop = await aWorkshop(store, { budgets: limited })
    expect(await answer(text, { sender: 'boss' })).toContain(words)
  })

  async function spends(by: Workshop, sender: string, group?: string) {
    const run = await mustStart(store, newRunOf(by.task('try work', { sender, group })), by.engine.now())
    await by.ledger.admit(run)
    await by.ledger.spend(run, aCall)
    return run
  }
})
