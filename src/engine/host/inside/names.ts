import { z } from 'zod'
import { isAuthorsStep } from '../../../core/task/step-name.ts'
import { MisuseError } from './misuse.ts'

export const nameSchema = z.string().min(1).max(200)

/**
 * Takes a name for one call of a kind; what comes of the call is kept under it. Throws MisuseError for one that is
 * taken, or that no author may take.
 */
export type TakeName = (
  kind: 'say' | 'step' | 'sleep' | 'ask' | 'approve' | 'all' | 'onCancel',
  name: unknown,
) => string

/** The names that one attempt uses. */
export function openNames(): TakeName {
  const used = new Set<string>()
  return (kind, name) => {
    const read = nameSchema.safeParse(name)
    if (!read.success) throw new MisuseError(`${kind} needs a name of 1 to 200 characters`)
    if (!isAuthorsStep(read.data)) throw new MisuseError(`a name does not begin with ${read.data.split(':')[0]}:`)
    if (used.has(`${kind} ${name}`)) {
      throw new MisuseError(
        `${kind} was called twice with the name "${name}"; its result is kept under that name, so each needs its own`,
      )
    }
    used.add(`${kind} ${name}`)
    return read.data
  }
}
