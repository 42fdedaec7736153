import { cleanJson } from '../../core/text/clean.ts'

/**
 * NUL, or half of a surrogate pair, as JSON.stringify writes them; a harmless false alarm on a text that spells one
 * out.
 */
const unclean = /\\u(?:0000|d[89a-f])/

/** A value as clean JSON, and what that JSON says: the value itself when it was clean already. */
export function packed<T>(value: T): { json: string; value: T } {
  const json = JSON.stringify(value) ?? 'null'
  if (!unclean.test(json)) return { json, value }
  const clean = cleanJson(value)
  return { json: JSON.stringify(clean), value: clean }
}

export function toJson(value: unknown): string {
  return packed(value).json
}

/** Reads JSON that this store wrote with `toJson`; T is what was written under that key. */
export function fromJson<T>(json: string | undefined): T {
  if (json === undefined) throw new TypeError('a record in Redis lacks a field')
  return JSON.parse(json)
}

export function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text)
}
