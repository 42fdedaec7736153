import { insist } from '../core/insist.ts'
import type { Run } from '../core/run.ts'
import type { Store } from '../store/store.ts'

/** A word and a colon in front, as the names of authors' steps never have. */
const LAST_WORD = 'last:'

type Ends = 'by itself' | 'replaced'

/**
 * How a task of a row ends, where a newer one may take its place: by itself, with its last word, or replaced. Whoever is about to end it says so first, and
 * what was said first stands, so that nobody is answered and told that they were not.
 */
export async function endsAs(how: Ends, { id, round }: Run, { steps }: Pick<Store, 'steps'>): Promise<boolean> {
  return (await insist(() => steps.save(id, `${LAST_WORD}${round}`, how))) === how
}
