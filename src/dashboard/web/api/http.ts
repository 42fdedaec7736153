import type { z } from 'zod'
import type { errorBodySchema, Session } from '../../api/shapes.ts'

type ErrorBody = z.infer<typeof errorBodySchema>

/** The server said no, or (status 0) could not be reached. `message` may be shown as it is. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** The server's word for what is wrong; empty when it could not be reached. */
  readonly code: string
  /** How long the server wants to be left alone. */
  readonly waitSeconds: number | undefined
  constructor(status: number, code: string, message: string, waitSeconds?: number) {
    super(message)
    this.status = status
    this.code = code
    this.waitSeconds = waitSeconds
  }
}

let csrf = ''
/** How often somebody signed in or out here. What was asked before that says nothing of who is signed in now. */
let stays = 0
let signedOut: () => void = () => undefined

/** Called whenever the server no longer knows our session. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener
}

export async function fetchSession(): Promise<Session> {
  const stay = stays
  const session = await call<Session>('/api/session')
  if (stay !== stays) return fetchSession()
  csrf = session.csrf ?? ''
  return session
}

/** Signs in; a wrong password is an ApiError 401, too many tries one with `waitSeconds`. */
export async function signIn(password: string): Promise<void> {
  await send('POST', '/api/session', JSON.stringify({ password }), { 'content-type': 'application/json' })
  stays += 1
  await fetchSession()
}

export async function signOut(): Promise<void> {
  await post('DELETE', '/api/session')
  stays += 1
}

export function call<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>('GET', path, undefined, {}, signal)
}

/** A call that changes something. A token that went stale (a sign-in in another tab) is renewed once. */
export async function post<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: BodyInit,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<T> {
  const before = csrf
  try {
    return await send<T>(method, path, body, { ...headers, 'x-huitou-csrf': csrf }, signal)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error
    await fetchSession()
    if (csrf === before) throw error
    return await send<T>(method, path, body, { ...headers, 'x-huitou-csrf': csrf }, signal)
  }
}

async function send<T>(
  method: string,
  path: string,
  body: BodyInit | undefined,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<T> {
  const stay = stays
  let response: Response
  try {
    response = await fetch(path, { method, body, headers: { accept: 'application/json', ...headers }, signal })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, '', '')
  }
  const text = await response.text().catch((error: unknown) => {
    // What is refused is told by its status alone; half of what was asked for is nothing.
    if (!response.ok) return ''
    throw signal?.aborted ? error : new ApiError(0, '', '')
  })
  if (!response.ok) {
    if (response.status === 401 && path !== '/api/session' && stay === stays) signedOut()
    throw faultOf(response, text)
  }
  // Our own server answers in the shapes; both sides are typed by api/shapes.ts.
  return (text === '' ? undefined : JSON.parse(text)) as T
}

function faultOf(response: Response, text: string): ApiError {
  const { code, message } = errorOf(text) ?? { code: '', message: `${response.status} ${response.statusText}` }
  return new ApiError(response.status, code, message, response.status === 429 ? waitOf(response, message) : undefined)
}

/** Undefined for what is not our server's, a proxy's page for one. */
function errorOf(text: string): ErrorBody['error'] | undefined {
  try {
    // Whatever has an error with a message is in the shape.
    return (JSON.parse(text) as Partial<ErrorBody>).error
  } catch {
    return undefined
  }
}

function waitOf(response: Response, message: string): number {
  const header = Number(response.headers.get('retry-after'))
  if (Number.isFinite(header) && header > 0) return Math.ceil(header)
  return Number(/\d+/.exec(message)?.[0] ?? 60)
}
