import { afterAll, beforeAll, expect, test } from 'vitest'
import { aWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const asked = {
  when: '每个工作日 9:00',
  text: 'demo sleep 1',
  to: { channel: 'staff', chat: 'ops', chatKind: 'group' as const },
}
const add = (json: object, headers = {}) => world.callAs('/api/schedules', { json, headers })
const act = (number: number, what: string) => world.callAs(`/api/schedules/${number}/${what}`, { method: 'POST' })

test('a schedule is made, listed with its next five times, and read by its number', async () => {
  const { status, body } = await add({ ...asked, timeZone: 'Europe/Berlin', overlap: 'queue' })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    when: '每个工作日 9:00',
    timeZone: 'Europe/Berlin',
    to: asked.to,
    owner: { id: expect.stringMatching(/^api:token-/) },
    misfire: 'once',
    overlap: 'queue',
    pauseAfter: 3,
    recent: [],
  })
  expect(body.next).toHaveLength(5)
  for (const at of body.next) {
    expect(
      new Date(at).toLocaleString('en-GB', { timeZone: 'Europe/Berlin', weekday: 'long', hour: '2-digit' }),
    ).toMatch(/^(Mon|Tues|Wednes|Thurs|Fri)day.* 09$/)
  }
  const list = (await world.callAs('/api/schedules')).body
  expect(list.timeZone).toBe('Asia/Shanghai')
  expect(list.schedules[0]).toEqual(body)
  expect((await world.callAs(`/api/schedules/${body.number}`)).body).toEqual(body)
  expect((await world.callAs('/api/schedules/4711')).status).toBe(404)
})

test('the same call again is the same schedule', async () => {
  const headers = { 'idempotency-key': 'once' }
  const first = await add({ ...asked, when: 'every 10 minutes' }, headers)
  const second = await add({ ...asked, when: 'every 10 minutes' }, headers)
  expect(second.body).toMatchObject({ id: first.body.id, number: first.body.number })
})

test('what cannot be is refused with a sentence, and leaves nothing behind', async () => {
  const before = (await world.callAs('/api/schedules')).body.schedules.length
  const refusal = async (json: object) => {
    const { status, body } = await add({ ...asked, lang: 'en', ...json })
    expect(status).toBe(400)
    return body.error.message
  }
  expect(await refusal({ when: 'sometimes' })).toContain('every weekday 9:00')
  expect(await refusal({ when: '0 9 31 2 *' })).toContain('never comes')
  expect(await refusal({ timeZone: 'Mars/Olympus' })).toContain('no time zone')
  expect(await refusal({ text: 'dance' })).toContain('no command')
  expect(await refusal({ to: { channel: 'nowhere', chat: 'x' } })).toContain('no channel')
  expect(await refusal({ pauseAfter: 0 })).toContain('body.pauseAfter')
  expect((await world.callAs('/api/schedules')).body.schedules).toHaveLength(before)
})

test('a time is tried out without making anything', async () => {
  const times = async (when: string) =>
    (await world.callAs(`/api/schedules/times?when=${encodeURIComponent(when)}`)).body
  const { times: next } = await times('every 2 hours')
  expect(next).toHaveLength(5)
  expect(next[1] - next[0]).toBe(7_200_000)
  expect(await times('soon')).toEqual({ times: [], refused: { zh: expect.any(String), en: expect.any(String) } })
})

test('a schedule is paused, goes on, runs at once and is removed, and each leaves an audit line', async () => {
  const { number, id } = (await add({ ...asked, owner: 'lisi' })).body
  const paused = await act(number, 'pause')
  expect(paused.body).toMatchObject({ paused: { why: 'asked' }, next: [] })
  expect(paused.body).not.toHaveProperty('nextAt')
  const resumed = await act(number, 'resume')
  expect(resumed.body).not.toHaveProperty('paused')
  expect(resumed.body.next).toHaveLength(5)
  const ran = await act(number, 'run')
  expect(ran.status).toBe(202)
  expect(ran.body.taskId).toMatch(new RegExp(`^${id}-run-`))
  // Its owner's, said in the chat it is for.
  expect(world.accepted.at(-1)).toMatchObject({
    id: ran.body.taskId,
    from: asked.to,
    askedIn: { channel: 'staff', chat: 'lisi', chatKind: 'private' },
    sender: { id: 'lisi' },
    text: 'demo sleep 1',
  })
  expect((await world.callAs(`/api/schedules/${number}`, { method: 'DELETE' })).status).toBe(204)
  expect((await world.callAs(`/api/schedules/${number}`)).status).toBe(404)
  expect((await act(number, 'pause')).status).toBe(404)
  const lines = (await world.callAs('/api/audit')).body.lines.map(({ what }: { what: string }) => what)
  expect(lines.slice(0, 5)).toEqual([
    `schedule ${number} removed: demo sleep 1`,
    `schedule ${number} run`,
    `schedule ${number} resumed`,
    `schedule ${number} paused`,
    `schedule ${number} added for staff:lisi: 每个工作日 9:00 · demo sleep 1`,
  ])
})

test('one of the config file is not removed here', async () => {
  const { body } = await add(asked)
  const { number: _, version: __, ...record } = (await world.store.schedules.find(body.id)) ?? {}
  // A record that was just read.
  const made = { ...record, id: 'schedule-of-config', source: 'config', name: 'morning' } as Parameters<
    World['store']['schedules']['create']
  >[0]
  const { schedule } = await world.store.schedules.create(made)
  const { status, body: fault } = await world.callAs(`/api/schedules/${schedule.number}`, { method: 'DELETE' })
  expect(status).toBe(409)
  expect(fault.error).toMatchObject({
    code: 'schedule_configured',
    message: expect.stringContaining('schedules.morning'),
  })
})

test('nobody without a token or a session sees or makes any', async () => {
  expect((await world.call('/api/schedules')).status).toBe(401)
  expect((await world.call('/api/schedules', { json: asked })).status).toBe(401)
})
