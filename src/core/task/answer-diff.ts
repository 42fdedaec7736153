import { diffArrays } from 'diff'
import { z } from 'zod'

/** What a task said under one name, beside what another said under it. */
export const answerDiffSchema = z.object({
  /** As the command said it; `answer` is what it returned. */
  name: z.string(),
  state: z.enum(['same', 'changed', 'added', 'removed']),
  /** All lines of both, in order. */
  lines: z.array(z.object({ kind: z.enum(['both', 'old', 'new']), text: z.string() })),
})
export type AnswerDiff = z.infer<typeof answerDiffSchema>
type Line = AnswerDiff['lines'][number]

export interface Answer {
  name: string
  text: string
}

/**
 * A text that differs in more lines than this is shown as replaced: finding what they share would take too long. The
 * time grows with the square of it, so where several texts differ each has less, and all together take as long as one.
 */
const MOST_EDITS = 1_000

/** Old answers against new ones, by name: in the order of the new, then what is no longer said. */
export function diffAnswers(before: readonly Answer[], after: readonly Answer[]): AnswerDiff[] {
  const old = new Map(before.map(({ name, text }) => [name, text]))
  const now = new Map(after.map(({ name, text }) => [name, text]))
  const compared = after.filter(({ name, text }) => old.has(name) && old.get(name) !== text).length
  const mostEdits = Math.ceil(MOST_EDITS / Math.sqrt(Math.max(1, compared)))
  const said = after.map(({ name, text }): AnswerDiff => {
    const was = old.get(name)
    if (was === undefined) return { name, state: 'added', lines: linesAs('new', text) }
    return { name, state: was === text ? 'same' : 'changed', lines: diffLines(was, text, mostEdits) }
  })
  const gone = before
    .filter(({ name }) => !now.has(name))
    .map(({ name, text }): AnswerDiff => ({ name, state: 'removed', lines: linesAs('old', text) }))
  return [...said, ...gone]
}

function linesAs(kind: Line['kind'], text: string): Line[] {
  return text.split('\n').map((line) => ({ kind, text: line }))
}

/** The fewest lines that go and come. */
function diffLines(before: string, after: string, mostEdits: number): Line[] {
  if (before === after) return linesAs('both', after)
  const changes = diffArrays(before.split('\n'), after.split('\n'), { maxEditLength: mostEdits })
  if (changes === undefined) return [...linesAs('old', before), ...linesAs('new', after)]
  return changes.flatMap(({ added, removed, value }) => {
    const kind = added ? 'new' : removed ? 'old' : 'both'
    return value.map((text): Line => ({ kind, text }))
  })
}
