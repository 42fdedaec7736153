/** A text that every store takes: no NUL, no half of a surrogate pair (PostgreSQL refuses both). */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

/** The same for every string inside plain JSON; everything else stays as it is. */
export function cleanJson<T>(value: T): T {
  // The shape is kept: strings stay strings, arrays arrays, objects objects.
  return clean(value) as T
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), clean(inner)]))
}
