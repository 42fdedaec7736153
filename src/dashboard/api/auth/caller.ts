import type { IncomingMessage } from 'node:http'
import { sessionCookieOf } from './cookie.ts'
import type { Sessions } from './sessions.ts'
import type { TokenBook } from './tokens.ts'

/** Who makes a call. `name` stands in audit lines and timelines. */
export type Caller =
  | { kind: 'nobody'; name: 'nobody' }
  | { kind: 'token'; name: string }
  | { kind: 'session'; name: 'admin'; token: string }

const nobody: Caller = { kind: 'nobody', name: 'nobody' }

/** Reads a request's credentials. A bearer token that is wrong is not made up for by a cookie. */
export async function callerOf(
  request: IncomingMessage,
  auth: { tokens: TokenBook; sessions: Sessions },
  now: number,
): Promise<Caller> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const name = auth.tokens.bearerOf(authorization)
    return name === undefined ? nobody : { kind: 'token', name }
  }
  const token = sessionCookieOf(request)
  if (token === undefined || !(await auth.sessions.isOpen(token, now))) return nobody
  return { kind: 'session', name: 'admin', token }
}

/** Whether what once passed still does: signing out ends open streams too. A store that is away ends nothing. */
export function stillPasses(...call: Parameters<typeof callerOf>): Promise<boolean> {
  return callerOf(...call).then(
    (caller) => caller.kind !== 'nobody',
    () => true,
  )
}
