import { z } from 'zod'
import { type Part, partSchema, partsOf } from '../../../core/message/part.ts'
import { plainPaths } from '../../../scenes/fault.ts'
import { MisuseError } from './misuse.ts'

/** More than any platform takes in one file. */
const contentLength = 32 * 1024 * 1024
const contentSchema = z.union([z.string(), partSchema, z.array(partSchema)])

/** What an author gave to be said. Throws MisuseError, which begins with `what`, when it cannot be. */
export function checkedParts(content: unknown, what: string): Part[] {
  const read = contentSchema.safeParse(content)
  if (!read.success) {
    throw new MisuseError(
      `${what} ${described(content)}; it can be a text, a part made by text(), markdown(), image() or file(), or a list of parts`,
    )
  }
  const parts = partsOf(read.data)
  if (JSON.stringify(parts).length > contentLength) throw new MisuseError(`${what} more than 32 MB`)
  return parts
}

/** An error's message and stack as operators read them; anything can be thrown. */
export function describedError(error: unknown): { message: string; stack?: string } {
  if (!(error instanceof Error)) return { message: `it threw ${described(error)}` }
  return { message: plainPaths(error.message), stack: error.stack === undefined ? undefined : plainPaths(error.stack) }
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list with something else in it'
  if (typeof value === 'object' && 'kind' in value) return `a part that is not complete (kind ${String(value.kind)})`
  if (typeof value === 'string') return `"${value.slice(0, 100)}"`
  return typeof value === 'object' || typeof value === 'function'
    ? `a ${typeof value}`
    : `${typeof value} ${String(value)}`
}
