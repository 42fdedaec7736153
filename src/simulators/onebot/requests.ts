import type { IncomingMessage } from 'node:http'

/** Whether a request names the token, where there is one. */
export function isAllowed(accessToken: string | undefined, { headers, url = '' }: IncomingMessage): boolean {
  if (accessToken === undefined) return true
  const given =
    new URL(url, 'http://localhost').searchParams.get('access_token') ?? headers.authorization?.replace(/^Bearer /, '')
  return given === accessToken
}

/** The object that a text is in JSON; undefined for anything else. */
export function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : undefined
  } catch {
    return undefined
  }
}
