import { createHash } from 'node:crypto'
import type { Catalog } from '../../core/command/catalog.ts'
import { readCommand } from '../../core/command/command.ts'
import { commandText } from '../../core/command/entries.ts'
import type { Message } from '../../core/message/message.ts'
import { ownerOf, type Schedule, type ScheduleRequest, type ScheduleSpec } from '../../core/schedule/schedule.ts'
import { isTimeZone } from '../../core/schedule/times.ts'
import { readWhen } from '../../core/schedule/when.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import type { Access } from '../people/access.ts'
import { sentences as common } from '../people/sentences.ts'
import { asked, DELIVER_RIGHT, mayDeliver, messageOf } from './message.ts'
import { paused, resumed } from './plan.ts'
import { sentences } from './sentences.ts'
import { nextTimes } from './times.ts'

/** So many next times are shown. */
const SHOWN_TIMES = 5
const MOST_OF_ONE = 50

type Added = { schedule: Schedule } | { refused: Bilingual }

/** What people and operators do with schedules; the chat command, the API and the dashboard all come here. */
export interface ScheduleControl {
  /** Makes one. The same `key` again is the same schedule. */
  add(request: ScheduleRequest, key: string, by: string): Promise<Added>
  /** A person's, or all; the newest first. */
  list(owner?: string): Promise<Schedule[]>
  find(number: number): Promise<Schedule | undefined>
  /** The next five times. */
  next(schedule: Schedule): number[]
  /** What a time means, before there is a schedule; a sentence when it cannot be read or never comes. */
  preview(when: string, timeZone: string): { times: number[] } | { refused: Bilingual }
  /** Undefined when it is gone. The second time changes nothing. */
  pause(schedule: Schedule, by: string): Promise<Schedule | undefined>
  /** Goes on from the next time; failures are forgotten. Undefined when it is gone. */
  resume(schedule: Schedule, by: string): Promise<Schedule | undefined>
  /**
   * One task at once, beside its due times; it counts neither as a failure nor as an overlap. The same `key` again is
   * the same task.
   */
  run(schedule: Schedule, key: string, by: string): Promise<{ taskId: string } | { refused: Bilingual }>
  /** Its tasks stay. Undefined when it was gone already. One of the config file is refused: it would come back. */
  remove(schedule: Schedule, by: string): Promise<'removed' | { refused: Bilingual } | undefined>
}

/** Stores the message as a task of this schedule; the same message again is the same task. */
export type TakeScheduled = (message: Message, schedule: Pick<Schedule, 'id' | 'number'>) => Promise<void>

export interface ScheduleControlPorts {
  store: Pick<Store, 'schedules' | 'grants'>
  take: TakeScheduled
  catalog(): Catalog
  prefixes: Readonly<Record<string, string>>
  access: Access
  hasChannel(id: string): boolean
  /** Whom to ask for a grant: person keys. */
  admins: readonly string[]
  now(): number
}

export function openScheduleControl(ports: ScheduleControlPorts): ScheduleControl {
  const { store, access, now } = ports
  const record = (by: string, what: string) => store.grants.record({ at: now(), by, what })

  async function refusalOf(request: ScheduleRequest, owner: string): Promise<Bilingual | undefined> {
    const seen = preview(request.when, request.timeZone)
    if ('refused' in seen) return seen.refused
    if (!ports.hasChannel(request.to.channel)) return sentences.noChannel(request.to.channel)
    const route = readCommand(request.text, ports.catalog(), ports.prefixes)
    if (route === undefined) return sentences.noCommand(request.text)
    if (route.scene === '' && route.command === 'schedule') return sentences.notItself
    const message = asked(request, 'schedule', now())
    if (!(await access.mayUse(message, route.scene, route.command))) {
      return common.notGranted(commandText(route.scene, route.command), owner, ports.admins)
    }
    return (await mayDeliver(request, access, now())) ? undefined : notDelivered(owner)
  }

  function notDelivered(owner: string): Bilingual {
    return common.notGranted(commandText(DELIVER_RIGHT.scene, DELIVER_RIGHT.command), owner, ports.admins)
  }

  function preview(when: string, timeZone: string): { times: number[] } | { refused: Bilingual } {
    if (readWhen(when) === undefined) return { refused: sentences.unreadable(when) }
    if (!isTimeZone(timeZone)) return { refused: sentences.noZone(timeZone) }
    const times = nextTimes({ when, timeZone, createdAt: now() }, now(), SHOWN_TIMES)
    return times.length === 0 ? { refused: sentences.neverComes(when) } : { times }
  }

  /** Changes what stands, however often somebody else is quicker. */
  async function change(id: string, to: (schedule: Schedule) => Schedule): Promise<Schedule | undefined> {
    for (;;) {
      const found = await store.schedules.find(id)
      if (found === undefined) return undefined
      const changed = await store.schedules.change(to(found))
      if (changed !== undefined) return changed
    }
  }

  return {
    async add(request, key, by) {
      const id = scheduleIdOf(key)
      const known = await store.schedules.find(id)
      if (known !== undefined) return { schedule: known }
      const owner = ownerOf(request)
      const refused = await refusalOf(request, owner)
      if (refused !== undefined) return { refused }
      if ((await store.schedules.list(owner)).length >= MOST_OF_ONE) return { refused: sentences.tooMany(MOST_OF_ONE) }
      const { schedule } = await store.schedules.create(newSchedule(request, id, now()))
      if (by !== owner)
        await record(by, `schedule ${schedule.number} added for ${owner}: ${request.when} · ${request.text}`)
      return { schedule }
    },
    list: (owner) => store.schedules.list(owner),
    find: (number) => store.schedules.findByNumber(number),
    next: (schedule) => (schedule.paused === undefined ? nextTimes(schedule, now(), SHOWN_TIMES) : []),
    preview,
    async pause(schedule, by) {
      if (by !== ownerOf(schedule)) await record(by, `schedule ${schedule.number} paused`)
      return change(schedule.id, (found) => (found.paused === undefined ? paused(found, by, 'asked', now()) : found))
    },
    async resume(schedule, by) {
      if (by !== ownerOf(schedule)) await record(by, `schedule ${schedule.number} resumed`)
      return change(schedule.id, (found) => (found.paused === undefined ? found : resumed(found, now())))
    },
    async run(schedule, key, by) {
      const owner = ownerOf(schedule)
      if (!(await mayDeliver(schedule, access, now()))) return { refused: notDelivered(owner) }
      if (by !== owner) await record(by, `schedule ${schedule.number} run`)
      const message = { ...messageOf(schedule, now(), now()), id: `${schedule.id}-run-${shortHash(key)}` }
      await ports.take(message, schedule)
      return { taskId: message.id }
    },
    async remove(schedule, by) {
      if (schedule.source === 'config') return { refused: sentences.configured(schedule.name ?? '') }
      if (by !== ownerOf(schedule)) await record(by, `schedule ${schedule.number} removed: ${schedule.text}`)
      return (await store.schedules.remove(schedule.id)) ? 'removed' : undefined
    },
  }
}

/** Ids of tasks are made of it, so it is short. */
export function scheduleIdOf(key: string): string {
  return `schedule-${shortHash(key)}`
}

function shortHash(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16)
}

/** What was asked for, as it begins. */
export function newSchedule(spec: ScheduleSpec, id: string, now: number): Omit<Schedule, 'number' | 'version'> {
  const [nextAt] = nextTimes({ ...spec, createdAt: now }, now, 1)
  return {
    ...spec,
    id,
    createdAt: now,
    nextAt,
    lookAt: nextAt,
    open: [],
    queued: [],
    failures: 0,
    recent: [],
    unsaid: [],
  }
}
