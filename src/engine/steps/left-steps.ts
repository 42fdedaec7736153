import { isAuthorsStep } from '../../core/task/step-name.ts'
import { stepsNamed } from '../../store/named-steps.ts'
import type { Steps } from '../../store/steps.ts'
import { VERSION_STEP } from './versions.ts'

const SHOWN = 20
/** Names beyond these are not looked at. */
const MOST_STEPS = 100_000

/**
 * What to tell of steps that an earlier attempt has kept and the code that has come to its end, of that version, never
 * asked for: it is another code, or has gone another way. Undefined when there are none.
 */
export async function leftSteps(
  taskId: string,
  asked: ReadonlySet<string>,
  version: string | undefined,
  steps: Pick<Steps, 'list' | 'find' | 'sizes'>,
): Promise<string | undefined> {
  const kept = await steps.sizes(taskId, MOST_STEPS)
  const left = kept.filter(({ name }) => isAuthorsStep(name) && !asked.has(name)).map(({ name }) => `"${name}"`)
  if (left.length === 0) return undefined
  const bound = (await stepsNamed(taskId, [VERSION_STEP], steps)).map(({ value }) => JSON.stringify(value))
  const isChanged = bound.some((each) => each !== JSON.stringify({ version }))
  const why = isChanged ? 'its scene was changed between its attempts' : 'it went another way than before'
  const more = left.length > SHOWN ? ` and ${left.length - SHOWN} more` : ''
  return `kept steps that were not asked for any more: ${left.slice(0, SHOWN).join(', ')}${more}; ${why}`
}
