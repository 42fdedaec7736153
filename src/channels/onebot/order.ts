import { readPattern } from '../../core/text/pattern.ts'
import type { Happening } from './happenings.ts'
import type { Said } from './read-segments.ts'
import type { GroupRule, OnebotConfig, WordRule } from './settings.ts'

/** Keeps order in groups: words that may not be said, and people who say too much at once. */
export interface Order {
  /** What is to be done about something said in a group, if anything. Each message is shown to it once. */
  watch(
    said: { group: string; person: string; messageId: string; role?: string; at: number },
    what: Said,
  ): Happening | undefined
}

/** The first forbidden word of a text. */
type Filter = (text: string) => string | undefined

/** Words are looked for as they stand, which takes no time; patterns are read, so that none takes long. */
function openFilter({ words, patterns }: WordRule): Filter {
  const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  const anyWord = escaped.length === 0 ? undefined : new RegExp(escaped.join('|'), 'iu')
  const read = patterns.map((source) => readPattern(source, 'iu'))
  return (text) => {
    const word = anyWord?.exec(text)?.[0]
    if (word !== undefined) return word
    for (const pattern of read) {
      const found = pattern.find(text)
      if (found !== undefined) return found
    }
    return undefined
  }
}

export function openOrder({ groups }: Pick<OnebotConfig, 'groups'>): Order {
  /** When each person of a group last spoke; only where the group has a limit. */
  const spoke = new Map<string, number[]>()
  const filters = new Map<WordRule, Filter>()

  function filterOf(rule: WordRule): Filter {
    const known = filters.get(rule)
    if (known !== undefined) return known
    const made = openFilter(rule)
    filters.set(rule, made)
    return made
  }

  function floods({ flood }: GroupRule, key: string, at: number): boolean {
    if (flood === undefined) return false
    const times = [...(spoke.get(key) ?? []).filter((time) => time > at - flood.withinMs), at]
    // Told once: it begins anew with the mute.
    const isOver = times.length > flood.messages
    if (isOver) spoke.delete(key)
    else spoke.set(key, times)
    if (spoke.size > MOST_PEOPLE) spoke.delete(spoke.keys().next().value ?? '')
    return isOver
  }

  return {
    watch({ group, person, messageId, role, at }, { text }) {
      const rule = groups[group] ?? groups.default
      if (rule === undefined || role === 'owner' || role === 'admin' || rule.exempt.includes(person)) return undefined
      const make = (name: string, data: Record<string, unknown>): Happening => ({
        name,
        chat: { group },
        person,
        data: { messageId, ...data },
        mark: messageId,
      })
      for (const each of rule.words) {
        const word = filterOf(each)(text.slice(0, SEEN_CHARS))
        if (word !== undefined)
          return make('word-filtered', {
            word,
            text: text.slice(0, 200),
            do: each.do,
            muteMs: each.muteMs,
            say: each.say,
          })
      }
      return floods(rule, `${group} ${person}`, at) ? make('flooded', { muteMs: rule.flood?.muteMs }) : undefined
    },
  }
}

/** A filter that is slow on long texts must not hold up the socket. */
const SEEN_CHARS = 2_000
const MOST_PEOPLE = 10_000
