/**
 * An id that nobody has, `kind-…`. Not `crypto.randomUUID`: that one is missing on plain-http addresses other than
 * localhost.
 */
export function newId(kind: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `${kind}-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
