import { isAuthorsStep } from '../../core/task/step-name.ts'
import type { Steps } from '../../store/store.ts'

/** So much JSON is handed to a host at once; what is beyond it is asked for step by step. */
const MOST_CHARS = 4 * 1024 * 1024

/** What a command's own steps have come to so far. */
export async function keptSteps(
  taskId: string,
  steps: Pick<Steps, 'list'>,
): Promise<{ steps: { name: string; value: unknown }[]; isAll: boolean }> {
  const own = (await steps.list(taskId)).filter(({ name }) => isAuthorsStep(name))
  const handed: typeof own = []
  let chars = 0
  for (const step of own) {
    chars += JSON.stringify(step.value).length
    if (chars > MOST_CHARS) return { steps: handed, isAll: false }
    handed.push(step)
  }
  return { steps: handed, isAll: true }
}
