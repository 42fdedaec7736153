import { isAuthorsStep } from '../../core/task/step-name.ts'
import type { Steps } from '../../store/steps.ts'

/** So much JSON of one run is held at once, here and in a host. What is beyond it is asked for step by step. */
export const MOST_BYTES = 4 * 1024 * 1024
/** More steps than these are too many whatever they hold. */
const MOST_STEPS = 100_000

type Sizes = Pick<Steps, 'sizes'>

/** Whether all that is kept of a run may be read at once. */
export async function fitInMemory(taskId: string, steps: Sizes): Promise<boolean> {
  const sizes = await steps.sizes(taskId, MOST_STEPS + 1)
  return sizes.length <= MOST_STEPS && bytesOf(sizes) <= MOST_BYTES
}

/** What a command's own steps have come to so far: all of them, or the first ones. */
export async function keptSteps(
  taskId: string,
  steps: Pick<Steps, 'list' | 'find'> & Sizes,
): Promise<{ steps: { name: string; value: unknown }[]; isAll: boolean }> {
  if (await fitInMemory(taskId, steps)) {
    const kept = await steps.list(taskId)
    return { steps: kept.filter(({ name }) => isAuthorsStep(name)), isAll: true }
  }
  const handed: { name: string; value: unknown }[] = []
  let bytes = 0
  for (const step of await steps.sizes(taskId, MOST_STEPS)) {
    if (!isAuthorsStep(step.name)) continue
    bytes += step.bytes
    if (bytes > MOST_BYTES) break
    const found = await steps.find(taskId, step.name)
    if (found !== undefined) handed.push({ name: step.name, value: found.value })
  }
  return { steps: handed, isAll: false }
}

function bytesOf(sizes: readonly { bytes: number }[]): number {
  return sizes.reduce((sum, { bytes }) => sum + bytes, 0)
}
