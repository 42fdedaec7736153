import { cleanText } from '../../core/text/clean.ts'
import type { Conversations } from '../store.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'

export function embeddedConversations(db: Database): Conversations {
  return {
    append(chat, entries, keep) {
      const ids = entries.map(({ id }) => cleanText(id))
      const said = toJson(entries.map(({ entry }) => entry))
      return db.call('append_entries', cleanText(chat), ids, said, keep)
    },

    read: (chat, after, limit) => db.call('read_entries', cleanText(chat), after, limit),

    async clear(chat) {
      await db.rows('DELETE FROM huitou.entry WHERE chat = $1', cleanText(chat))
    },
  }
}
