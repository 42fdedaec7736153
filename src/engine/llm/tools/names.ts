import { createHash } from 'node:crypto'

/**
 * A name as models' APIs take one: `scene__command`. What these do not take is replaced, and what was lost told apart
 * by a hash.
 */
export function toolName(group: string, name: string): string {
  const whole = `${group}__${name}`
  const plain = whole.replaceAll(/[^\w-]/g, '_')
  if (plain === whole && plain.length <= LONGEST) return plain
  return `${plain.slice(0, LONGEST - 9)}_${hashOf(whole, 8)}`
}

const LONGEST = 64

/** One question of a task, of several: the same in every attempt at it. */
export function questionKey(generation: number, text: string, place: number): string {
  return `${generation}-${hashOf(text, 10)}-${place}`
}

/** The steps under which a question's turns and results are kept; authors' names never begin so. */
export const TOOL_PREFIX = 'tools:'

export function turnStep(question: string, iteration: number): string {
  return `${TOOL_PREFIX}${question}:turn ${iteration}`
}

export function resultStep(question: string, iteration: number, place: number): string {
  return `${TOOL_PREFIX}${question}:result ${iteration}.${place}`
}

/** The id of the task that a call becomes. */
export function childId(parentId: string, question: string, iteration: number, place: number): string {
  return `${parentId}-t${question}-${iteration}-${place}`
}

/** The ids of all tasks that a task's models may have called so far, by the turns it has kept. */
export function childIdsIn(parentId: string, steps: readonly { name: string; value: unknown }[]): string[] {
  return steps.flatMap(({ name, value }) => {
    const [, question, iteration] = /^tools:(\S+):turn (\d+)$/.exec(name) ?? []
    const calls = typeof value === 'object' && value !== null && 'calls' in value ? value.calls : undefined
    if (question === undefined || !Array.isArray(calls)) return []
    return calls.map((_, place) => childId(parentId, question, Number(iteration), place + 1))
  })
}

function hashOf(text: string, length: number): string {
  return createHash('sha1').update(text).digest('hex').slice(0, length)
}
