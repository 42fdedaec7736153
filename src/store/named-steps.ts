import type { Steps } from './steps.ts'

/** So much JSON of one run is read at once. */
const MOST_BYTES = 4 * 1024 * 1024
/** As many as a run may have. */
const MOST_STEPS = 1_000_000

/**
 * What is kept of a run under names that begin so, in its order. The values of other steps, which may be very large,
 * are not read unless all of them are little.
 */
export async function stepsNamed(
  taskId: string,
  prefixes: readonly string[],
  steps: Pick<Steps, 'list' | 'find' | 'sizes'>,
): Promise<{ name: string; value: unknown }[]> {
  const isWanted = ({ name }: { name: string }): boolean => prefixes.some((prefix) => name.startsWith(prefix))
  const sizes = await steps.sizes(taskId, MOST_STEPS)
  const wanted = sizes.filter(isWanted)
  if (wanted.length === 0) return []
  if (sizes.reduce((sum, { bytes }) => sum + bytes, 0) <= MOST_BYTES) return (await steps.list(taskId)).filter(isWanted)
  const kept: { name: string; value: unknown }[] = []
  for (const { name } of wanted) {
    const found = await steps.find(taskId, name)
    if (found !== undefined) kept.push({ name, value: found.value })
  }
  return kept
}
