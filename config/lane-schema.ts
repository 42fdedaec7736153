import { z } from 'zod'
import { count } from '../src/core/settings/pieces.ts'
import { CONTROL_LANE, type Lane, laneOf, lanes } from '../src/core/task/lane.ts'

/** The lane of built-in commands is not for sale: with all slots busy, `cancel` must still get through. */
const laneName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a lane is named with a-z, 0-9 and -, and starts with a letter')
  .refine((name) => name !== CONTROL_LANE, 'is a lane Huitou uses itself: choose another name')

const given = z.strictObject({
  concurrency: count(1, 1000).optional().describe('How many tasks of this lane one process runs at once.'),
  isolation: z
    .enum(['thread', 'process'])
    .optional()
    .describe('process: each runs in a child process with a memory limit, which is killed when it does not obey.'),
  memoryMb: count(32, 1_048_576)
    .optional()
    .describe(
      'Memory one task may use, MB; in a child process buffers count too, and 128 MB are allowed for Node itself.',
    ),
})

type ConfiguredLane = z.output<typeof given> & Pick<Lane, 'concurrency' | 'isolation'>

/** What a lane has that says nothing of itself. */
function defaultsOf(name: string): ConfiguredLane {
  const { concurrency, isolation, memoryMb } = laneOf(name)
  return { concurrency, isolation, ...(memoryMb !== undefined && { memoryMb }) }
}

const shipped = Object.keys(lanes).filter((name) => name !== CONTROL_LANE)

/** The queues that tasks wait in, by name: those of the file over the shipped ones. */
export const lanesSchema = z
  .record(laneName, given)
  .default({})
  .transform((all): Record<string, ConfiguredLane> => {
    const names = new Set([...shipped, ...Object.keys(all)])
    return Object.fromEntries([...names].map((name) => [name, { ...defaultsOf(name), ...all[name] }]))
  })
  .describe(`The queues tasks wait in. ${shipped.join(', ')} are always there; what is left out keeps its default.`)
