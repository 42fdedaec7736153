import type { Run } from '../../core/task/run.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Store } from '../../store/store.ts'
import { WAIT_PREFIX } from './kind.ts'

/*
 * What people name a wait by: the number of its task and a code, `12b`. The code is glued to the number, so it is
 * never mistaken for a note or an answer, and names, which are authors' free text, need not be typed.
 */

const LETTERS = 26

/**
 * The code of what a run waits for under this signal: a letter for its place among those of its task, and the
 * generation from the second on, so that no card of an earlier generation names another wait. The place is claimed at
 * the first call and stays in all generations.
 */
export async function codeOf(
  { id, generation }: Pick<Run, 'id' | 'generation'>,
  signal: string,
  steps: Pick<Store['steps'], 'save'>,
): Promise<string> {
  // The same in every generation, and as it comes back from the store.
  const mine = cleanText(signal.slice(0, signal.lastIndexOf(':')))
  for (let place = 1; ; place++) {
    const holder = await steps.save(id, `${WAIT_PREFIX}place:${place}`, mine)
    if (holder === mine) return `${lettersOf(place)}${generation === 0 ? '' : generation + 1}`
  }
}

/** a, b … z, aa, ab … */
function lettersOf(place: number): string {
  const before = Math.floor((place - 1) / LETTERS)
  const letter = String.fromCharCode('a'.charCodeAt(0) + ((place - 1) % LETTERS))
  return before === 0 ? letter : `${lettersOf(before)}${letter}`
}

/** How people wrote which wait they mean. */
export interface Reference {
  number: number
  /** Left out: the one that can be meant. */
  code?: string
}

/** Reads `12`, `#12` and `12b`, in letters of any width; undefined for what is none of these. */
export function readReference(written: string): Reference | undefined {
  const found = /^#?(\d{1,15})([a-z]{1,3}\d{0,6})?$/i.exec(written.normalize('NFKC'))
  if (found === null) return undefined
  return { number: Number(found[1]), code: found[2]?.toLowerCase() }
}

export function referenceText({ number, code = '' }: Reference): string {
  return `${number}${code}`
}

/** A wait that people end, as it is found again by them. */
type Asked = { signal: string; code?: string }

/** Whether it was asked in the generation that its run is in now: what was asked in an earlier one waits no more. */
export function isOfNow({ generation }: Run, { signal }: Asked): boolean {
  return signal.endsWith(`:${generation}`)
}

/** The code of a wait that was found; of one that an older version began, claimed now. */
export async function codeFound(
  run: Run,
  wait: Asked,
  steps: Pick<Store['steps'], 'save'>,
): Promise<string | undefined> {
  return wait.code ?? (isOfNow(run, wait) ? codeOf(run, wait.signal, steps) : undefined)
}

/** Those that a reference names: all without a code. */
export async function named<One extends { wait: Asked }>(
  all: readonly One[],
  { code }: Reference,
  run: Run,
  steps: Pick<Store['steps'], 'save'>,
): Promise<One[]> {
  if (code === undefined) return [...all]
  const codes = await Promise.all(all.map(({ wait }) => codeFound(run, wait, steps)))
  return all.filter((_, index) => codes[index] === code)
}
