import { ownerOf, type Schedule } from '../../core/schedule/schedule.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Schedules } from '../store.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'

const columns = `row_to_json(s)::text AS json FROM huitou.schedule s`

export function embeddedSchedules(db: Database): Schedules {
  return {
    async create(schedule) {
      const { id, lookAt } = schedule
      const made = await db.call<{ created: boolean; row: Row }>(
        'create_schedule',
        id,
        cleanText(ownerOf(schedule)),
        lookAt,
        toJson(schedule),
      )
      return { created: made.created, schedule: scheduleOf(made.row) }
    },

    find: (id) => one(db.rows(`SELECT ${columns} WHERE id = $1`, id)),

    findByNumber: (number) => one(db.rows(`SELECT ${columns} WHERE number = $1`, number)),

    list: (owner) =>
      many(
        db.rows(
          `SELECT ${columns} WHERE $1::text IS NULL OR owner = $1 ORDER BY number DESC`,
          owner && cleanText(owner),
        ),
      ),

    due: (now, limit) => many(db.rows(`SELECT ${columns} WHERE look_at <= $1 ORDER BY look_at LIMIT $2`, now, limit)),

    change: (schedule) =>
      one(
        db.rows(
          `UPDATE huitou.schedule s SET version = version + 1, look_at = $3, record = $4 WHERE id = $1 AND version = $2
           RETURNING row_to_json(s)::text AS json`,
          schedule.id,
          schedule.version,
          schedule.lookAt,
          toJson(schedule),
        ),
      ),

    async remove(id) {
      return (await db.rows('DELETE FROM huitou.schedule WHERE id = $1 RETURNING id', id)).length > 0
    },
  }
}

/** A row of huitou.schedule as row_to_json gives it. */
interface Row {
  number: number
  version: number
  record: Omit<Schedule, 'number' | 'version'>
}

function scheduleOf({ number, version, record }: Row): Schedule {
  return { ...record, number, version }
}

async function one(rows: Promise<{ json: string }[]>): Promise<Schedule | undefined> {
  return (await many(rows))[0]
}

async function many(rows: Promise<{ json: string }[]>): Promise<Schedule[]> {
  return (await rows).map(({ json }) => scheduleOf(JSON.parse(json)))
}
