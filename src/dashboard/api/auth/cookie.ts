import type { IncomingMessage } from 'node:http'

const cookieName = 'huitou_session'

/** The session's token in a request's cookies. */
export function sessionCookieOf(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookieName)?.[1] || undefined
}

/** `maxAgeMs` 0 takes the cookie away. */
export function sessionCookie(token: string, maxAgeMs: number, isHttps: boolean): string {
  const attributes = [`${cookieName}=${token}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${maxAgeMs / 1000}`]
  return [...attributes, ...(isHttps ? ['Secure'] : [])].join('; ')
}

/** Whether the browser speaks https, be it to us or to a proxy before us. A lie only hurts the liar's own cookie. */
export function isHttps(request: IncomingMessage): boolean {
  const forwarded = request.headers['x-forwarded-proto']
  const proto = String(forwarded ?? '').split(',')[0]
  return proto?.trim() === 'https' || ('encrypted' in request.socket && request.socket.encrypted === true)
}
