import { cleanJson } from '../../core/text/clean.ts'

/**
 * NUL, or half of a surrogate pair, as JSON.stringify writes them; a false alarm on a text that spells one out does no
 * harm.
 */
const unclean = /\\u(?:0000|d[89a-f])/

/** A value as JSON that PostgreSQL takes. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null'
  return unclean.test(json) ? (JSON.stringify(cleanJson(value)) ?? 'null') : json
}

/** An optional column: SQL's null is our undefined. */
export function optional<T>(value: T | null): T | undefined {
  return value ?? undefined
}
