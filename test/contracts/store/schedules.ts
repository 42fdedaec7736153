import { describe, expect, test } from 'vitest'
import type { Schedule } from '../../../src/core/schedule/schedule.ts'
import { minute, noon, type StoreUnderTest, unique } from './samples.ts'

type NewSchedule = Omit<Schedule, 'number' | 'version'>

function aSchedule(over: Partial<NewSchedule> = {}): NewSchedule {
  const here = { channel: 'staff', chat: 'zhangsan', chatKind: 'private' as const }
  return {
    id: unique('schedule'),
    when: 'every weekday 9:00',
    timeZone: 'Asia/Shanghai',
    text: 'demo echo 早上好 🌅',
    owner: { id: 'zhangsan', name: '张三' },
    askedIn: here,
    to: here,
    source: 'chat',
    misfire: 'once',
    overlap: 'skip',
    pauseAfter: 3,
    createdAt: noon,
    nextAt: noon,
    lookAt: noon,
    open: [],
    queued: [],
    recent: [],
    failures: 0,
    unsaid: [],
    ...over,
  }
}

/** Nobody else's, so that the lists of the tests stay apart. */
const anOwner = () => ({ id: unique('Person') })

export function schedulesContract(store: StoreUnderTest): void {
  const schedules = () => store().schedules

  describe('schedules', () => {
    test('one is made once, with the next number', async () => {
      const first = aSchedule()
      const { created, schedule } = await schedules().create(first)
      expect(created).toBe(true)
      expect(schedule).toEqual({ ...first, number: expect.any(Number), version: 1 })
      const again = await schedules().create({ ...first, text: 'another' })
      expect(again).toEqual({ created: false, schedule })
      const next = await schedules().create(aSchedule())
      expect(next.schedule.number).toBe(schedule.number + 1)
      expect(await schedules().find(first.id)).toEqual(schedule)
      expect(await schedules().findByNumber(schedule.number)).toEqual(schedule)
    })

    test('one that is not there is not found, changed or removed', async () => {
      const id = unique('schedule')
      expect(await schedules().find(id)).toBeUndefined()
      expect(await schedules().findByNumber(999_999)).toBeUndefined()
      expect(await schedules().change({ ...aSchedule({ id }), number: 1, version: 1 })).toBeUndefined()
      expect(await schedules().remove(id)).toBe(false)
    })

    test('lists are one owner’s, whatever the case of their id, the newest first', async () => {
      const owner = anOwner()
      const made: Schedule[] = []
      for (const id of [owner.id, owner.id.toUpperCase(), owner.id]) {
        made.push((await schedules().create(aSchedule({ owner: { id } }))).schedule)
      }
      const other = (await schedules().create(aSchedule({ owner: anOwner() }))).schedule
      expect(await schedules().list(`staff:${owner.id.toLowerCase()}`)).toEqual(made.toReversed())
      const all = (await schedules().list()).map(({ id }) => id)
      expect(all.slice(0, 4)).toEqual([other, ...made.toReversed()].map(({ id }) => id))
    })

    test('of two that saw the same version one may change it', async () => {
      const { schedule } = await schedules().create(aSchedule())
      const rivals = await Promise.all([
        schedules().change({ ...schedule, failures: 1 }),
        schedules().change({ ...schedule, failures: 2 }),
        schedules().change({ ...schedule, failures: 3 }),
      ])
      const winners = rivals.filter((one) => one !== undefined)
      expect(winners).toHaveLength(1)
      expect(winners[0]).toMatchObject({ version: 2, number: schedule.number })
      expect(await schedules().find(schedule.id)).toEqual(winners[0])
    })

    test('what was left out of a change is gone', async () => {
      const { schedule } = await schedules().create(aSchedule())
      const { nextAt: _, lookAt: __, ...rest } = schedule
      const paused = await schedules().change({ ...rest, paused: { at: noon, by: 'staff:boss', why: 'asked' } })
      expect(paused).not.toHaveProperty('nextAt')
      expect(await schedules().find(schedule.id)).toEqual(paused)
    })

    test('those whose time has come are told, the longest waiting first', async () => {
      // Before everything that other tests made.
      const early = noon - 1_000_000 * minute
      const ids = [unique('a'), unique('b'), unique('c'), unique('d')]
      const [a = '', b = '', c = '', d = ''] = ids
      await schedules().create(aSchedule({ id: b, lookAt: early + 2 }))
      await schedules().create(aSchedule({ id: a, lookAt: early + 1 }))
      await schedules().create(aSchedule({ id: c, lookAt: early + 3 }))
      await schedules().create(aSchedule({ id: d, lookAt: undefined }))
      const due = async (now: number, limit = 10) => (await schedules().due(now, limit)).map(({ id }) => id)
      expect(await due(early)).toEqual([])
      expect(await due(early + 2)).toEqual([a, b])
      expect(await due(early + 3, 2)).toEqual([a, b])
      const found = await schedules().find(a)
      if (found === undefined) throw new Error('it was made above')
      await schedules().change({ ...found, lookAt: early + 9 })
      await schedules().remove(b)
      expect(await due(early + 9)).toEqual([c, a])
      await schedules().remove(a)
      await schedules().remove(c)
      expect(await due(early + 9)).toEqual([])
    })

    test('a removed one is gone from everywhere, and its number is not given again', async () => {
      const owner = anOwner()
      const { schedule } = await schedules().create(aSchedule({ owner }))
      expect(await schedules().remove(schedule.id)).toBe(true)
      expect(await schedules().remove(schedule.id)).toBe(false)
      expect(await schedules().find(schedule.id)).toBeUndefined()
      expect(await schedules().findByNumber(schedule.number)).toBeUndefined()
      expect(await schedules().list(`staff:${owner.id}`)).toEqual([])
      expect(await schedules().change(schedule)).toBeUndefined()
      const next = await schedules().create(aSchedule({ id: schedule.id, owner }))
      expect(next).toMatchObject({ created: true, schedule: { version: 1 } })
      expect(next.schedule.number).toBeGreaterThan(schedule.number)
    })
  })
}
