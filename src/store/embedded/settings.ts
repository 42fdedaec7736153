import { cleanText } from '../../core/text/clean.ts'
import type { Settings } from '../store.ts'
import type { Database } from './database.ts'

const isGood = '(expires_at IS NULL OR expires_at > $2)'

export function embeddedSettings(db: Database): Settings {
  return {
    async get(name, now) {
      const found = `SELECT value FROM huitou.setting WHERE name = $1 AND ${isGood}`
      const [row] = await db.rows<{ value: string }>(found, cleanText(name), now)
      return row?.value
    },

    async set(name, value, expiresAt) {
      const put = `INSERT INTO huitou.setting VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`
      await db.rows(put, cleanText(name), cleanText(value), expiresAt)
    },

    claim: (name, value, now, expiresAt) => db.call('claim_setting', cleanText(name), cleanText(value), now, expiresAt),

    async remove(name) {
      await db.rows('DELETE FROM huitou.setting WHERE name = $1', cleanText(name))
    },

    list(prefix, now) {
      const found = `SELECT name, value FROM huitou.setting WHERE starts_with(name, $1) AND name >= $1 AND ${isGood} ORDER BY name`
      return db.rows(found, cleanText(prefix), now)
    },
  }
}
