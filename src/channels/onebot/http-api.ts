import { AppError, RejectedError, SetupError, UnavailableError, UnsureError } from '../../core/errors.ts'
import { readFrame } from './frame.ts'
import type { OnebotConfig } from './settings.ts'
import { type Action, type Answer, answerSchema } from './types.ts'

/** Faults that come before anything was sent. */
const notSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Calls an action over HTTP. Throws as `Calls.call` does, SetupError for a refused token, and RejectedError for an
 * action that is not there.
 */
export async function callByHttp(
  { httpUrl = '', accessToken }: OnebotConfig,
  { action, params }: Action,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Answer> {
  if (signal?.aborted) throw new UnavailableError(`onebot: ${action} was not called`)
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(`${httpUrl}/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(params),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      redirect: 'error',
    })
    const { status } = response
    if (status === 401 || status === 403) throw new SetupError(`onebot: the access token was refused (HTTP ${status})`)
    if (status === 404) throw new RejectedError(`onebot: ${action} is not there (HTTP 404)`)
    if (status === 502 || status === 503)
      throw new UnavailableError(`onebot: ${action} was answered with HTTP ${status}`)
    const answer = answerSchema.safeParse(readFrame(await response.text()))
    if (answer.success) return answer.data
    throw new UnsureError(`onebot: ${action} was answered with HTTP ${status} and no answer of OneBot`, false)
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = causeCode(error)
    if (code !== undefined && notSent.has(code))
      throw new UnavailableError(`onebot: ${action}: no connection (${code})`)
    throw new UnsureError(`onebot: ${action}: the connection broke before the answer came`, false, { cause: error })
  }
}

function causeCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
}
