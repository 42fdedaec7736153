/** What a lane is, beside what the config says of it. */
export interface Lane {
  /** How many of its commands run side by side, where config does not say. */
  concurrency: number
  /** `process`: each slot is a child process with a memory limit, not a thread. */
  isolation: 'thread' | 'process'
  /** Memory a slot may use, MB. */
  memoryMb?: number
  /** A command's time limit, where its author does not say. */
  timeoutMs: number
  /**
   * Its commands answer in a moment: the request is held for the answer, and a person's first task goes without a look
   * into the store.
   */
  isQuick: boolean
  /**
   * What one person asks in one chat: side by side, one after the other in their slots, or one at a time by ordering
   * key.
   */
  order: 'together' | 'turns' | 'keyed'
  /** When notice is given that a task has come: with the acknowledgement, or only when the answer is late. */
  notice: 'at-once' | 'when-late'
  /** When the process stops its tasks are run to their end; those of others stop before their next step. */
  runsOutOnStop: boolean
  /** One slot is started before anybody asks for it. */
  isWarm: boolean
}

const usual: Lane = {
  concurrency: 8,
  isolation: 'thread',
  timeoutMs: 60_000,
  isQuick: false,
  order: 'together',
  notice: 'at-once',
  runsOutOnStop: false,
  isWarm: false,
}
const quick: Lane = { ...usual, timeoutMs: 10_000, isQuick: true, order: 'turns' }

/** Built-in commands wait here, apart from scenes: a `cancel` never stands behind what it cancels. */
export const CONTROL_LANE = 'control'

/** Where commands run whose lane config has not, or has no more: it is always there, and takes what takes long. */
export const FALLBACK_LANE = 'long'

/** The lanes that are always there. */
export const lanes = {
  [CONTROL_LANE]: quick,
  short: { ...quick, concurrency: 32, runsOutOnStop: true, isWarm: true },
  long: usual,
  llm: { ...usual, order: 'keyed', notice: 'when-late' },
  cpu: { ...usual, concurrency: 2, isolation: 'process', memoryMb: 512 },
} as const satisfies Readonly<Record<string, Lane>>

/** The lane of that name. One that only the config names is like `long`. */
export function laneOf(name: string): Lane {
  const known: Readonly<Record<string, Lane>> = lanes
  return Object.hasOwn(known, name) ? (known[name] ?? usual) : usual
}

/** The lanes of that kind that are always there. */
export function lanesThat(is: (lane: Lane) => boolean): ReadonlySet<string> {
  return new Set(Object.entries<Lane>(lanes).flatMap(([name, lane]) => (is(lane) ? [name] : [])))
}
