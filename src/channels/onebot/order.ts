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

export function openOrder({ groups }: Pick<OnebotConfig, 'groups'>): Order {
  /** When each person of a group last spoke; only where the group has a limit. */
  const spoke = new Map<string, number[]>()
  const filters = new Map<WordRule, RegExp>()

  function filterOf(rule: WordRule): RegExp {
    const known = filters.get(rule)
    if (known !== undefined) return known
    const words = rule.words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    const filter = new RegExp([...words, ...rule.patterns].map((one) => `(?:${one})`).join('|'), 'iu')
    filters.set(rule, filter)
    return filter
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
        const word = filterOf(each).exec(text.slice(0, SEEN_CHARS))?.[0]
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
