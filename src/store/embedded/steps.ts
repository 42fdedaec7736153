import { cleanText } from '../../core/text/clean.ts'
import type { Steps } from '../store.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'

export function embeddedSteps(db: Database): Steps {
  return {
    async find(taskId, name) {
      const found = 'SELECT value::text AS json FROM huitou.step WHERE task = $1 AND name = $2'
      const [row] = await db.rows<{ json: string }>(found, taskId, cleanText(name))
      return row && { value: JSON.parse(row.json) }
    },

    save: (taskId, name, value, event) =>
      db.call('save_step', taskId, cleanText(name), toJson(value), event && toJson([event])),

    async list(taskId) {
      return db.rows('SELECT name, value FROM huitou.step WHERE task = $1 ORDER BY seq', taskId)
    },

    async sizes(taskId, limit) {
      const last =
        'SELECT seq, name, octet_length(value::text) AS bytes FROM huitou.step WHERE task = $1 ORDER BY seq DESC LIMIT $2'
      return db.rows(`SELECT name, bytes FROM (${last}) AS last ORDER BY seq`, taskId, limit)
    },
  }
}
