import express, { type Express } from 'express'
import { timesAfter } from '../../src/core/schedule/times.ts'
import { readWhen } from '../../src/core/schedule/when.ts'
import { type ListedSchedule, newScheduleSchema } from '../../src/dashboard/api/shapes.ts'

const timeZone = 'Asia/Shanghai'
const noon = Date.parse('2026-11-20T12:00:00+08:00')
const minute = 60_000
const day = 24 * 60 * minute

/** The schedules routes of the fake API, over a list that tests may look into. */
export function takeSchedules(app: Express, schedules: ListedSchedule[]): void {
  const find = (number: string) => schedules.findIndex((one) => one.number === Number(number))
  app.get('/api/schedules', (_request, response) => void response.json({ schedules, timeZone }))
  app.get('/api/schedules/times', (request, response) => {
    const times = timesOf(String(request.query.when), String(request.query.timeZone ?? timeZone))
    const refused = {
      zh: '看不懂时间。可以这样写：工作日 9:00',
      en: 'This is no time. Write it like this: every weekday 9:00',
    }
    response.json(times.length === 0 ? { times, refused } : { times })
  })
  app.post('/api/schedules', express.json(), (request, response) => {
    const { to, owner = 'api:admin', ...body } = newScheduleSchema.parse(request.body)
    if (body.text.startsWith('nonsense')) {
      const error = { code: 'schedule_refused', message: `“${body.text}”不是命令。` }
      return void response.status(400).json({ error })
    }
    const place = to ?? { channel: 'api', chat: 'admin', chatKind: 'private' as const }
    const made = aSchedule({
      ...body,
      to: place,
      askedIn: place,
      owner: { id: owner },
      source: 'api',
      number: schedules.length + 10,
    })
    schedules.unshift(made)
    response.status(201).json(made)
  })
  app.post('/api/schedules/:number/:action', (request, response) => {
    const place = find(request.params.number)
    const found = schedules[place]
    if (found === undefined) return void response.status(404).json({ error: { code: 'not_found', message: 'gone' } })
    if (request.params.action === 'run') return void response.status(202).json({ taskId: `${found.id}-run-1` })
    const isPause = request.params.action === 'pause'
    const paused = isPause ? { at: noon, by: 'admin', why: 'asked' as const } : undefined
    const next = isPause ? [] : timesOf(found.when, found.timeZone)
    const changed = { ...found, paused, next, failures: isPause ? found.failures : 0 }
    schedules[place] = changed
    response.json(changed)
  })
  app.delete('/api/schedules/:number', (request, response) => {
    schedules.splice(find(request.params.number), 1)
    response.status(204).end()
  })
}

export function seedSchedules(): ListedSchedule[] {
  const ops = { channel: 'wecom', chat: 'wrkSFfCgAALFgnrSsWU38puiv4yvExuw', chatKind: 'group' as const }
  const ended = (taskNumber: number, state: 'done' | 'failed' | 'refused', daysAgo: number) => ({
    dueAt: noon - daysAgo * day - 3 * 60 * minute,
    taskId: `schedule-seed-${taskNumber}`,
    number: taskNumber,
    state,
    why: state === 'failed' ? 'the database did not answer' : undefined,
    at: noon - daysAgo * day,
  })
  return [
    aSchedule({
      number: 4,
      when: '每个工作日 9:00',
      text: 'report weekly 华东区 --weeks=4\n请按门店分组，列出环比变化超过 10% 的商品，并写一段不超过两百字的小结',
      to: ops,
      recent: [ended(1204, 'done', 0), ended(1181, 'done', 1), ended(1170, 'failed', 2), ended(1144, 'done', 3)],
      passedOver: { at: noon, count: 2, why: 'overlap' },
    }),
    aSchedule({
      number: 3,
      when: '0 2 1,15 * *',
      timeZone: 'America/New_York',
      text: 'stats reconcile ledger',
      source: 'config',
      name: 'reconcile',
      misfire: 'all',
      overlap: 'queue',
      open: [{ dueAt: noon, taskId: 'schedule-seed-1300', at: noon, isStored: true }],
      queued: [noon],
    }),
    aSchedule({
      number: 2,
      when: 'every monday and thursday 6:30pm',
      text: '#一句话总结本周的进展',
      paused: { at: noon, by: 'huitou', why: 'failures' },
      failures: 3,
      recent: [ended(1199, 'failed', 1), ended(1150, 'failed', 4), ended(1122, 'refused', 8)],
      next: [],
    }),
    aSchedule({ number: 1, when: '每 10 分钟', text: 'demo echo 喝水', overlap: 'both' }),
  ]
}

function aSchedule(over: Partial<ListedSchedule> & { number: number }): ListedSchedule {
  const here = { channel: 'wecom', chat: 'zhangsan', chatKind: 'private' as const }
  const when = over.when ?? 'every day 9:00'
  return {
    id: `schedule-seed-${over.number}`,
    when,
    timeZone,
    text: 'demo echo',
    owner: { id: 'zhangsan', name: '张三' },
    askedIn: here,
    to: here,
    source: 'chat',
    misfire: 'once',
    overlap: 'skip',
    pauseAfter: 3,
    createdAt: noon,
    open: [],
    queued: [],
    recent: [],
    failures: 0,
    next: timesOf(when, over.timeZone ?? timeZone),
    ...over,
  }
}

function timesOf(when: string, zone: string): number[] {
  const read = readWhen(when)
  return read === undefined ? [] : timesAfter(read, { timeZone: zone, since: noon }, noon, 5)
}
