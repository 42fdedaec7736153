import type { Grant } from '../../core/grant.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Grants } from '../store.ts'
import type { Database } from './database.ts'
import { optional, toJson } from './json.ts'

export function embeddedGrants(db: Database): Grants {
  return {
    async put(grant, by, now) {
      const { subject, scene, command, validFrom, validUntil } = grant
      const keys = [subject, scene, command].map(cleanText)
      const what = cleanText(`grant ${toJson(grant)}`)
      await db.run('put_grant', ...keys, validFrom, validUntil, cleanText(grant.by), grant.at, cleanText(by), now, what)
    },

    remove(subject, scene, command, by, now) {
      const keys = [subject, scene, command].map(cleanText)
      return db.call('remove_grant', ...keys, cleanText(by), now, `revoke ${keys.join(' ')}`)
    },

    async list(subject) {
      return (await db.call<GrantRow[]>('list_grants', subject)).map(grantOf)
    },

    allows: ({ subjects, scene, command }, now) => db.call('allows', subjects, scene, command, now),

    async audit(limit) {
      const newest = 'SELECT at, by, what FROM huitou.audit ORDER BY id DESC LIMIT $1'
      const lines = await db.rows<{ at: string; by: string; what: string }>(newest, limit)
      return lines.map(({ at, by, what }) => ({ at: Number(at), by, what }))
    },

    async record({ at, by, what }) {
      await db.rows('INSERT INTO huitou.audit (at, by, what) VALUES ($1, $2, $3)', at, cleanText(by), cleanText(what))
    },
  }
}

interface GrantRow extends Omit<Grant, 'validFrom' | 'validUntil'> {
  valid_from: number | null
  valid_until: number | null
}

function grantOf({ valid_from, valid_until, ...grant }: GrantRow): Grant {
  return { ...grant, validFrom: optional(valid_from), validUntil: optional(valid_until) }
}
