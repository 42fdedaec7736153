import { askerOf, type Message } from '../../core/message/message.ts'
import { type Lang, langSchema } from '../../core/text/lang.ts'
import type { Settings } from '../../store/store.ts'

/**
 * Which language a person reads: what they set with `lang`, else their message's or channel's, else the installation's.
 */
export interface Languages {
  of(message: Message): Promise<Lang>
  set(person: string, lang: Lang): Promise<void>
}

/** Another process may have changed it; it is looked up again after this. */
const KEPT_MS = 10_000
const MOST_KEPT = 10_000

export function openLanguages(settings: Pick<Settings, 'get' | 'set'>, fallback: Lang, now: () => number): Languages {
  const known = new Map<string, { lang: Lang | undefined; until: number }>()
  const keep = (person: string, lang: Lang | undefined): void => {
    if (known.size >= MOST_KEPT) known.clear()
    known.set(person, { lang, until: now() + KEPT_MS })
  }

  async function chosen(person: string): Promise<Lang | undefined> {
    const kept = known.get(person)
    if (kept !== undefined && kept.until > now()) return kept.lang
    const lang = langSchema.safeParse(await settings.get(nameOf(person), now())).data
    keep(person, lang)
    return lang
  }

  return {
    async of(message) {
      return (await chosen(askerOf(message))) ?? message.lang ?? fallback
    },
    async set(person, lang) {
      await settings.set(nameOf(person), lang)
      keep(person, lang)
    },
  }
}

function nameOf(person: string): string {
  return `lang:${person}`
}
