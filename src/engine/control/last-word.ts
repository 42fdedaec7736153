import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Run } from '../../core/task/run.ts'
import type { Store } from '../../store/store.ts'

/*
 * How a task with an ordering key ends, where a newer one may take its place: by itself, with its last word, or
 * replaced. Whoever is about to end it marks it first, and the first mark stands, so that nobody is answered and told
 * that they were not.
 */

type Marks = Pick<Store, 'steps'>

const BY_ITSELF = 'by itself'

/**
 * Whether this attempt may say the task's last word. A mark of an earlier attempt does not stop it: whoever was to
 * replace that one died.
 */
export async function mayEnd(run: Run, store: Marks): Promise<boolean> {
  const mark = await marked(run, BY_ITSELF, store)
  return mark === BY_ITSELF || Number(mark) < run.fencingToken
}

/** Whether a newer task may take this one's place. The mark is the attempt that it is taken from. */
export async function mayReplace(run: Run, store: Marks): Promise<boolean> {
  return (await marked(run, run.fencingToken, store)) !== BY_ITSELF
}

function marked({ id, generation }: Run, mark: string | number, { steps }: Marks): Promise<unknown> {
  return retryWhileUnavailable(() => steps.save(id, `last:${generation}`, mark))
}
