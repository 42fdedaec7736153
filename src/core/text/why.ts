import { inspect } from 'node:util'

/**
 * What was thrown, in words: an error's message; anything else as Node shows it, since code may throw what no string
 * can be made of.
 */
export function whyOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message
  return typeof thrown === 'string' ? thrown : inspect(thrown)
}
