import type { IncomingMessage } from 'node:http'
import { StoreUnavailableError } from '../../../core/errors.ts'
import { sessionCookieOf } from './cookie.ts'
import type { Sessions } from './sessions.ts'
import type { TokenBook } from './tokens.ts'

/** Who makes a call. `name` stands in audit lines and timelines. */
export type Caller =
  | { kind: 'nobody'; name: 'nobody' }
  | { kind: 'token'; name: string }
  | { kind: 'session'; name: 'admin'; token: string }

const nobody: Caller = { kind: 'nobody', name: 'nobody' }

/** Other schemes are not ours: a proxy before us asks for Basic, and hands on what it was given. */
const bearerScheme = /^Bearer(?:\s|$)/i

/**
 * Reads a request's credentials. A bearer token that is wrong is not made up for by a cookie; what is said to others
 * is passed over.
 */
export async function callerOf(
  request: IncomingMessage,
  auth: { tokens: TokenBook; sessions: Sessions },
  now: number,
): Promise<Caller> {
  const { authorization } = request.headers
  if (authorization !== undefined && bearerScheme.test(authorization)) {
    const name = auth.tokens.bearerOf(authorization)
    return name === undefined ? nobody : { kind: 'token', name }
  }
  const token = sessionCookieOf(request)
  if (token === undefined || !(await auth.sessions.isOpen(token, now))) return nobody
  return { kind: 'session', name: 'admin', token }
}

/** So long a stream lives while nobody can say whether it still may. */
const UNSURE_MS = 2 * 60_000

/**
 * Asks again and again whether what has just passed still does: signing out ends open streams too. A store that is
 * away for a moment ends nothing; away for longer, it ends what only the store can vouch for.
 */
export function passCheck(
  request: IncomingMessage,
  auth: Parameters<typeof callerOf>[1],
  passedAt: number,
): (now: number) => Promise<boolean> {
  let lastSureAt = passedAt
  return async (now) => {
    try {
      const caller = await callerOf(request, auth, now)
      lastSureAt = now
      return caller.kind !== 'nobody'
    } catch (error) {
      if (error instanceof StoreUnavailableError) return now - lastSureAt < UNSURE_MS
      throw error
    }
  }
}
