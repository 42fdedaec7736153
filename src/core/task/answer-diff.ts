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

/** Beyond so many pairs of lines a text is shown as replaced: finding what they share would take too long. */
const MOST_PAIRS = 1_000_000

/** Old answers against new ones, by name: in the order of the new, then what is no longer said. */
export function diffAnswers(before: readonly Answer[], after: readonly Answer[]): AnswerDiff[] {
  const old = new Map(before.map(({ name, text }) => [name, text]))
  const now = new Map(after.map(({ name, text }) => [name, text]))
  const said = after.map(({ name, text }): AnswerDiff => {
    const was = old.get(name)
    if (was === undefined) return { name, state: 'added', lines: linesAs('new', text) }
    return { name, state: was === text ? 'same' : 'changed', lines: diffLines(was, text) }
  })
  const gone = before
    .filter(({ name }) => !now.has(name))
    .map(({ name, text }): AnswerDiff => ({ name, state: 'removed', lines: linesAs('old', text) }))
  return [...said, ...gone]
}

function linesAs(kind: Line['kind'], text: string): Line[] {
  return text.split('\n').map((line) => ({ kind, text: line }))
}

/** By the longest common subsequence of their lines. */
function diffLines(before: string, after: string): Line[] {
  if (before === after) return linesAs('both', after)
  const [old, now] = [before.split('\n'), after.split('\n')]
  if (old.length * now.length > MOST_PAIRS) return [...linesAs('old', before), ...linesAs('new', after)]
  const width = now.length + 1
  /** At `row * width + column`: how many lines the texts from there on have in common. */
  const common = new Uint32Array((old.length + 1) * width)
  const at = (row: number, column: number): number => common[row * width + column] ?? 0
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = now.length - 1; column >= 0; column -= 1) {
      const isSame = old[row] === now[column]
      common[row * width + column] = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: Line[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < now.length) {
    const [was, is] = [old[row], now[column]]
    if (was !== undefined && was === is) {
      lines.push({ kind: 'both', text: was })
      row += 1
      column += 1
    } else if (was !== undefined && (is === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: 'old', text: was })
      row += 1
    } else {
      lines.push({ kind: 'new', text: is ?? '' })
      column += 1
    }
  }
  return lines
}
