import { type Part, textIn } from '../../core/message/part.ts'
import type { Wait } from '../../core/task/wait.ts'
import type { Bilingual, Lang } from '../../core/text/lang.ts'

/** The name under which a task's last word is said. */
export const ANSWER = 'answer'

/** How one go at a command ended, before it is written down. `say` is the last word to the person. */
export type Attempt =
  /** `value`: what a child task has come to. */
  | { state: 'done'; say?: readonly Part[]; value?: unknown }
  | { state: 'refused'; why: string; say: readonly Part[] }
  | { state: 'ignored'; why: string }
  | { state: 'cancelled' }
  /**
   * It goes on when one of these ends. `isQuiet`: the timeline has been told already, or it would be told again and
   * again.
   */
  | { state: 'waits'; waits: Wait[]; isQuiet?: boolean }
  /** The process stops, or it was not begun; somebody takes it up again. */
  | { state: 'interrupted'; why?: string }
  | { state: 'failed'; why: string; isFinal: boolean; say?: readonly Part[] }

export function refuse(why: string, sentence: Bilingual, lang: Lang): Attempt {
  return { state: 'refused', why, say: textIn(lang, sentence) }
}

/** With sentences beside what is said last: under its words, in the same message where it is one. */
export function withWarnings(attempt: Attempt, warnings: readonly string[]): Attempt {
  if (warnings.length === 0 || !('say' in attempt) || attempt.say === undefined) return attempt
  const text = warnings.join('\n')
  const last = attempt.say.at(-1)
  if (last?.kind !== 'text' && last?.kind !== 'markdown')
    return { ...attempt, say: [...attempt.say, { kind: 'text', text }] }
  return { ...attempt, say: [...attempt.say.slice(0, -1), { ...last, text: `${last.text}\n\n${text}` }] }
}
