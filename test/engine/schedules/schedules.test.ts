import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Schedule } from '../../../src/core/schedule/schedule.ts'
import { newRunOf } from '../../../src/core/task/run.ts'
import type { Task } from '../../../src/core/task/task.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import { keepConfigured } from '../../../src/engine/schedules/configured.ts'
import { type LookPorts, lookAtSchedule } from '../../../src/engine/schedules/look.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { unique } from '../../contracts/store/samples.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { silent } from '../scene-folder.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

const MINUTE = 60_000
let store: EmbeddedStore
let shop: Workshop
let told: { id: string; text: string; chat: string }[]
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())
beforeEach(async () => {
  shop = await aWorkshop(store)
  told = []
})

async function answer(text: string, sample: Parameters<Workshop['task']>[1] = {}): Promise<string> {
  const task = shop.task(text, sample)
  await runTask(task, shop.engine, never)
  return shop.said.at(-1)?.slice(task.id.length + 2) ?? ''
}

const ports = (): LookPorts => ({
  store,
  access: shop.engine.access,
  take: async (message, { id, number }) => {
    const [scene = '', command = ''] = message.text.split(' ')
    const task: Task = {
      id: message.id,
      lane: 'long',
      message,
      priority: 0,
      schedule: { id, number },
      route: { scene, command, rest: '' },
    }
    await store.runs.create(newRunOf(task), shop.engine.now())
    shop.queued.push(task)
  },
  say: async ({ id, to, parts: [part] }) => {
    if (part?.kind === 'text' && !told.some((one) => one.id === id)) told.push({ id, text: part.text, chat: to.chat })
  },
  languages: shop.engine.languages,
  now: shop.engine.now,
  log: silent,
})

/** Looks as the clock does, so often that what is decided is also seen done; resolves to the record. */
async function look(id: string): Promise<Schedule> {
  await lookAtSchedule(await mustFind(id), ports())
  return mustFind(id)
}
async function mustFind(id: string): Promise<Schedule> {
  const found = await store.schedules.find(id)
  if (found === undefined) throw new Error(`there is no schedule ${id}`)
  return found
}

/** Every minute; its owner is nobody else's. */
async function everyMinute(options = '', sample: { sender?: string; group?: string } = {}): Promise<Schedule> {
  const sender = sample.sender ?? unique('owner')
  const reply = await answer(`schedule add ${options} "every minute" try once`, { ...sample, sender })
  const number = Number(/Schedule (\d+)/.exec(reply)?.[1])
  const made = await shop.schedules.find(number)
  if (made === undefined) throw new Error(reply)
  return made
}

/** Runs what was queued. */
async function work(): Promise<void> {
  for (const task of shop.queued.splice(0)) await runTask(task, shop.engine, never)
}

describe('from the chat', () => {
  test('one is added in words, shown with its next five times, listed, paused, resumed, run and removed', async () => {
    const sender = unique('chen')
    const reply = await answer('schedule add "every weekday 9:00" try work', { sender })
    const number = Number(/Schedule (\d+)/.exec(reply)?.[1])
    // 15 January 2027 is a Friday.
    expect(reply.split('\n').slice(-6)).toEqual([
      'Next:',
      '  2027-01-18 09:00',
      '  2027-01-19 09:00',
      '  2027-01-20 09:00',
      '  2027-01-21 09:00',
      '  2027-01-22 09:00',
    ])
    expect(await answer('schedule list', { sender })).toBe(
      `${number}. every weekday 9:00 · try work · 2027-01-18 09:00`,
    )
    expect(await answer(`schedule pause ${number}`, { sender })).toContain('is paused')
    expect(await answer('schedule', { sender })).toContain('· paused')
    expect(await answer(`schedule resume ${number}`, { sender })).toContain('2027-01-18 09:00')
    expect(await answer(`schedule run ${number}`, { sender })).toContain('runs once now')
    expect(shop.queued).toMatchObject([{ message: { text: 'try work', sender: { id: sender } }, schedule: { number } }])
    expect(await answer(`schedule remove ${number}`, { sender })).toContain('is removed')
    expect(await answer('schedule list', { sender })).toContain('No schedules yet')
  })

  test.each([
    ['定时 每天 9:00 try work', '2027-01-16 09:00'],
    ['schedule add 每个工作日 9:00 try work', '2027-01-18 09:00'],
    ['schedule add 每周一 上午九点 try work', '2027-01-18 09:00'],
    ['schedule add 每月1号 9:00 try work', '2027-02-01 09:00'],
    ['schedule add --zone=Europe/Berlin "0 9 * * *" try work', '2027-01-16 09:00'],
    ['schedule "every day 9:00" try work', '2027-01-16 09:00'],
  ])('%s', async (text, first) => {
    const reply = await answer(text.replace(/^定时/, 'schedule'), { sender: unique('dong') })
    expect(reply).toContain(`Next:\n  ${first}\n`)
    expect(reply).toContain('Command: try work\n')
  })

  test('what is no time gets a sentence with examples', async () => {
    expect(await answer('schedule add sometimes try work')).toMatch(
      /"sometimes try work" is no time.*every weekday 9:00/s,
    )
    expect(await answer('schedule add "whenever" try work')).toMatch(/"whenever" is no time.*cron/s)
    expect(await answer('schedule add "0 9 31 2 *" try work')).toContain('never comes')
    expect(await answer('schedule add every day 9:00')).toContain('What is to be done every day 9:00?')
    expect(await answer('schedule add every day 9:00 nonsense')).toContain('is no command')
    expect(await answer('schedule add every day 9:00 schedule list')).toContain('cannot make schedules')
    expect(await answer('schedule add --zone=Moon every day 9:00 try work')).toContain('no time zone')
    expect(await answer('schedule add --pause-after=0 every day 9:00 try work')).toContain('1 to 100')
  })

  test('another person’s is not to be seen, unless by an administrator', async () => {
    const { number } = await everyMinute()
    expect(await answer(`schedule show ${number}`, { sender: 'stranger' })).toContain('You have no schedule')
    expect(await answer(`schedule remove ${number}`, { sender: 'stranger' })).toContain('You have no schedule')
    expect(await answer(`schedule show ${number}`, { sender: 'boss' })).toContain(`Schedule ${number}`)
    expect(await answer('schedule list all', { sender: 'boss' })).toContain(`${number}. every minute`)
  })

  test('a command that one may not use cannot be put on a schedule', async () => {
    expect(await answer('schedule add every day 9:00 secret show', { sender: 'lisi' })).toContain(
      'grant staff:lisi secret show',
    )
  })
})

describe('where it is delivered', () => {
  test('another chat takes a grant, when it is made and whenever it is due', async () => {
    const sender = unique('lisi')
    const asking = 'schedule add --to=group:staff:ops "every minute" try once'
    expect(await answer(asking, { sender })).toContain(`grant staff:${sender} schedule deliver`)
    await answer(`grant ${sender} schedule deliver --until=2h`, { sender: 'boss' })
    const reply = await answer(asking, { sender })
    expect(reply).toContain('Delivered to: staff:ops')
    const { id } = (await shop.schedules.list(`staff:${sender}`))[0] ?? { id: '' }
    shop.pass(MINUTE)
    await look(id)
    expect(shop.queued).toMatchObject([
      { message: { from: { chat: 'ops', chatKind: 'group' }, askedIn: { chat: sender }, sender: { id: sender } } },
    ])
    await work()
    shop.pass(3 * 60 * MINUTE)
    const barred = await look(id)
    expect(barred.paused).toMatchObject({ why: 'barred' })
    expect(shop.queued).toEqual([])
    expect(told).toMatchObject([{ chat: sender, text: expect.stringContaining('may no longer deliver') }])
  })

  test('its own chat and its owner’s private one take none', async () => {
    const sender = unique('lisi')
    const reply = await answer(`schedule add --to=staff:${sender} every day 9:00 try work`, { sender, group: 'ops' })
    expect(reply).toContain(`Delivered to: staff:${sender}`)
    expect(await answer('schedule add --to=nowhere:x every day 9:00 try work', { sender })).toContain('no channel')
  })
})

describe('its owner’s rights', () => {
  test('count at the time it runs', async () => {
    const sender = unique('wang')
    await answer(`grant ${sender} secret show --until=30m`, { sender: 'boss' })
    await answer('schedule add every hour secret show', { sender })
    const { id } = (await shop.schedules.list(`staff:${sender}`))[0] ?? { id: '' }
    shop.pass(61 * MINUTE)
    await look(id)
    await work()
    shop.pass(2_000)
    const after = await look(id)
    expect(after.recent).toMatchObject([{ state: 'refused', why: 'no grant for secret show' }])
    expect(told).toMatchObject([{ chat: sender, text: expect.stringContaining('did not succeed') }])
  })
})

describe('when it was missed', () => {
  test.each([
    ['skip', 1],
    ['once', 1],
    ['all', 10],
  ])('%s', async (policy, due) => {
    const { id } = await everyMinute(`--misfire=${policy} --overlap=both`)
    // Ten minutes and a half of nobody: the last of them is half a minute ago, which is in time.
    shop.pass(10 * MINUTE + MINUTE / 2)
    const after = await look(id)
    expect(after.open).toHaveLength(due)
    expect(shop.queued).toHaveLength(due)
    expect(after.passedOver?.count ?? 0).toBe(10 - due)
    expect(after.nextAt).toBeGreaterThan(shop.engine.now())
  })

  test('all has a bound', async () => {
    const { id } = await everyMinute('--misfire=all --overlap=both')
    shop.pass(1_000 * MINUTE)
    const after = await look(id)
    expect(after.open.length + after.queued.length).toBe(100)
  })
})

describe('when the one before still runs', () => {
  test.each([
    ['skip', 1, 0],
    ['queue', 1, 2],
    ['both', 3, 0],
  ] as const)('%s', async (policy, open, queued) => {
    const { id } = await everyMinute(`--overlap=${policy}`)
    for (let minute = 0; minute < 3; minute++) {
      shop.pass(MINUTE)
      await look(id)
    }
    const after = await mustFind(id)
    expect(after.open).toHaveLength(open)
    expect(after.queued).toHaveLength(queued)
    if (policy === 'skip') expect(after.passedOver).toMatchObject({ why: 'overlap' })
    if (policy !== 'queue') return
    // Each of them in its turn, in their order.
    const dues: number[] = []
    for (let left = 3; left > 0; left--) {
      dues.push((await mustFind(id)).open[0]?.dueAt ?? 0)
      await work()
      await look(id)
    }
    expect(dues).toEqual([dues[0], (dues[0] ?? 0) + MINUTE, (dues[0] ?? 0) + 2 * MINUTE])
  })
})

describe('when it fails', () => {
  async function failing(id: string): Promise<Schedule> {
    shop.pass(MINUTE)
    await look(id)
    await work()
    shop.pass(2_000)
    return look(id)
  }

  test('its owner is told, and after so many in a row it pauses until it is resumed', async () => {
    const { id, number, owner } = await everyMinute('--pause-after=2')
    shop.does(() => ({ state: 'failed', message: 'broken', retry: 'never' }))
    const once = await failing(id)
    expect(once).toMatchObject({ failures: 1, recent: [{ state: 'failed' }] })
    expect(once.paused).toBeUndefined()
    expect(told).toMatchObject([{ chat: owner.id, text: expect.stringMatching(/did not succeed.*After 1 more/) }])
    const twice = await failing(id)
    expect(twice).toMatchObject({ failures: 2, paused: { why: 'failures', by: 'huitou' } })
    expect(twice.lookAt).toBeUndefined()
    expect(told[1]?.text).toContain(`schedule resume ${number}`)
    expect(told).toHaveLength(2)
    shop.does(() => ({ state: 'done', parts: [] }))
    await answer(`schedule resume ${number}`, { sender: owner.id })
    const resumed = await failing(id)
    expect(resumed).toMatchObject({
      failures: 0,
      recent: [{ state: 'done' }, { state: 'failed' }, { state: 'failed' }],
    })
  })

  test('one success in between starts the count anew, and a cancel counts as neither', async () => {
    const { id } = await everyMinute('--pause-after=2')
    shop.does(() => ({ state: 'failed', message: 'broken', retry: 'never' }))
    await failing(id)
    shop.does(() => ({ state: 'done', parts: [] }))
    expect(await failing(id)).toMatchObject({ failures: 0 })
    shop.does(() => ({ state: 'failed', message: 'broken', retry: 'never' }))
    expect((await failing(id)).paused).toBeUndefined()
  })
})

describe('exactly one task for each due time', () => {
  test('of ten that look at the same time one decides', async () => {
    const { id } = await everyMinute()
    shop.pass(MINUTE)
    const seen = await mustFind(id)
    await Promise.all(Array.from({ length: 10 }, () => lookAtSchedule(seen, ports())))
    expect(shop.queued.map((task) => task.id)).toEqual([`${id}-${seen.nextAt}`])
  })

  test('who dies between deciding and storing leaves it to the next, who makes the same task', async () => {
    const { id } = await everyMinute()
    shop.pass(MINUTE)
    const dies = { ...ports(), take: () => Promise.reject(new Error('killed')) }
    await expect(lookAtSchedule(await mustFind(id), dies)).rejects.toThrow('killed')
    expect((await store.schedules.due(shop.engine.now(), 100)).map((one) => one.id)).toContain(id)
    const { open } = await look(id)
    expect(shop.queued.map((task) => task.id)).toEqual([open[0]?.taskId])
    // Nothing is left to do until it has ended or the next one is due.
    await look(id)
    expect(shop.queued).toHaveLength(1)
  })

  test('who dies between storing and noting that makes the same task again', async () => {
    const { id } = await everyMinute()
    shop.pass(MINUTE)
    const dying = {
      ...store.schedules,
      change: async (schedule: Schedule) => {
        if (schedule.open.some(({ isStored }) => isStored)) throw new Error('killed')
        return store.schedules.change(schedule)
      },
    }
    await expect(
      lookAtSchedule(await mustFind(id), { ...ports(), store: { runs: store.runs, schedules: dying } }),
    ).rejects.toThrow('killed')
    await look(id)
    expect(new Set(shop.queued.map((task) => task.id)).size).toBe(1)
    expect(shop.queued).toHaveLength(2)
  })
})

describe('of the config file', () => {
  const here = (chat: string) => ({ channel: 'staff', chat, chatKind: 'private' as const })
  const morning = (owner: string, over = {}) => ({
    name: unique('morning'),
    when: '每天 9:00',
    timeZone: 'Asia/Shanghai',
    text: 'try work',
    owner: { id: owner },
    askedIn: here(owner),
    to: here(owner),
    misfire: 'once' as const,
    overlap: 'skip' as const,
    pauseAfter: 3,
    source: 'config' as const,
    ...over,
  })
  const keep = (...configured: ReturnType<typeof morning>[]) =>
    keepConfigured(configured, store.schedules, shop.engine.now())

  test('they are as the file has them: made, changed in place, and gone with it', async () => {
    const owner = unique('zhao')
    const one = morning(owner)
    await keep(one)
    await keep(one)
    const [made, ...more] = await shop.schedules.list(`staff:${owner}`)
    if (made === undefined) throw new Error('it was not made')
    expect(more).toEqual([])
    expect(made).toMatchObject({ version: 1, source: 'config' })
    await shop.schedules.pause(made, 'staff:boss')
    await keep({ ...one, when: '每天 10:00' })
    const changed = await mustFind(made.id)
    expect(changed).toMatchObject({ number: made.number, when: '每天 10:00', paused: { why: 'asked' } })
    expect(changed.nextAt).toBeUndefined()
    await shop.schedules.resume(changed, 'staff:boss')
    expect((await mustFind(made.id)).nextAt).toBe(Date.parse('2027-01-16T10:00+08:00'))
    expect(await answer(`schedule remove ${made.number}`, { sender: owner })).toContain('config file')
    const other = unique('qian')
    await keep(morning(other, { name: one.name }))
    expect(await shop.schedules.list(`staff:${owner}`)).toEqual([])
    expect(await shop.schedules.list(`staff:${other}`)).toHaveLength(1)
    await keep()
    expect(await shop.schedules.list(`staff:${other}`)).toEqual([])
  })
})
