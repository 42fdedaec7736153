import { isDeepStrictEqual } from 'node:util'
import { ownerOf, type Schedule, type ScheduleSpec, scheduleSpecSchema } from '../../core/schedule/schedule.ts'
import type { Schedules } from '../../store/store.ts'
import { newSchedule, scheduleIdOf } from './schedule-control.ts'
import { nextTimes } from './times.ts'

/** A schedule of the config file, by its name there. */
export type ConfiguredSchedule = ScheduleSpec & { source: 'config'; name: string }

/**
 * Makes the store hold the schedules that config has: new ones begin, changed ones go on as they now are, those that
 * config has no more are gone. What was paused stays paused. The same again changes nothing.
 */
export async function keepConfigured(
  configured: readonly ConfiguredSchedule[],
  schedules: Pick<Schedules, 'create' | 'change' | 'find' | 'list' | 'remove'>,
  now: number,
): Promise<void> {
  for (const spec of configured) {
    const id = idOf(spec.name)
    const { created, schedule } = await schedules.create(newSchedule(spec, id, now))
    if (!created) await bringUpToDate(schedule, spec, schedules, now)
  }
  const names = new Set(configured.map(({ name }) => idOf(name)))
  for (const { id, source } of await schedules.list()) {
    if (source === 'config' && !names.has(id)) await schedules.remove(id)
  }
}

async function bringUpToDate(
  first: Schedule,
  spec: ScheduleSpec,
  schedules: Pick<Schedules, 'create' | 'change' | 'find' | 'remove'>,
  now: number,
): Promise<void> {
  let found: Schedule | undefined = first
  while (found !== undefined) {
    // As the store gives things back: without what is undefined.
    const wanted = JSON.parse(JSON.stringify(spec))
    // Lists go by owner, so it is another schedule then.
    if (ownerOf(found) !== ownerOf(spec)) {
      await schedules.remove(found.id)
      await schedules.create(newSchedule(spec, found.id, now))
      return
    }
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(scheduleSpecSchema.parse(found))), wanted)) return
    const isTimeTheSame = found.when === spec.when && found.timeZone === spec.timeZone
    const nextAt =
      isTimeTheSame || found.paused !== undefined ? found.nextAt : nextTimes({ ...found, ...spec }, now, 1)[0]
    if (await schedules.change({ ...found, ...spec, nextAt, lookAt: now })) return
    found = await schedules.find(found.id)
  }
}

function idOf(name: string): string {
  return scheduleIdOf(`config ${name}`)
}
