import { type Bilingual, inLang, type Lang } from '../core/lang.ts'
import type { Part } from '../core/part.ts'
import type { Wait } from '../core/wait.ts'

/** How one go at a command ended, before it is written down. `say` is the last word to the person. */
export type Attempt =
  | { state: 'done'; say?: readonly Part[] }
  | { state: 'refused'; why: string; say: readonly Part[] }
  | { state: 'ignored'; why: string }
  | { state: 'cancelled' }
  /** It goes on when one of these ends. */
  | { state: 'waits'; waits: Wait[] }
  /** The process stops; somebody else takes it up. */
  | { state: 'interrupted' }
  | { state: 'failed'; why: string; isFinal: boolean; say?: readonly Part[] }

export function textIn(lang: Lang, text: Bilingual): Part[] {
  return [{ kind: 'text', text: inLang(lang, text) }]
}

export function refuse(why: string, sentence: Bilingual, lang: Lang): Attempt {
  return { state: 'refused', why, say: textIn(lang, sentence) }
}
