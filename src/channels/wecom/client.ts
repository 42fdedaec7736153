import { hash } from 'node:crypto'
import { z } from 'zod'
import { AppError, RejectedError, SetupError, UnavailableError, UnsureError } from '../../core/errors.ts'
import { unlessAborted } from '../../core/unless-aborted.ts'
import { asciiName, nameIn } from '../../web/file-name.ts'
import { readAtMost } from '../../web/read-at-most.ts'
import type { ChannelPorts, MediaFile } from '../channel.ts'
import { errcodeOf } from './errcodes.ts'
import { faultsOf } from './faults.ts'

const CALL_MS = 10_000
const MEDIA_MS = 60_000
/** So much earlier than WeCom says is the token renewed. */
const EARLY_S = 300
/** A wrong secret tried again and again gets the address blocked for an hour: one try in this time. */
const REFUSED_MS = 60_000
/** Larger media/get refuses to give whole. */
export const MOST_MEDIA_BYTES = 20 * 1024 * 1024

const answerSchema = z.looseObject({ errcode: z.number().int(), errmsg: z.string().default('') })
/** WeCom's answer to a call: a verdict, and what the call brings. */
export type Answer = z.infer<typeof answerSchema>
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
/** What all processes share: the token, or why there is none. */
const keptTokenSchema = z.union([z.object({ token: z.string() }), z.object({ refused: z.string() })])

/** Of the calls for a token, which answer nobody and send nothing: both are as good as a refusal. */
const faultOf = faultsOf({
  fallback: (message) => new RejectedError(message),
  already_done: (message) => new RejectedError(message),
})

export type UploadType = 'image' | 'voice' | 'video' | 'file'

export interface ClientSettings {
  corpId: string
  secret: string
  apiBaseUrl: string
}

/**
 * Calls WeCom's API with an access token that all processes share, and with a new one when that is refused. Each call
 * resolves to WeCom's verdict, whatever it is; when there is none it throws UnavailableError (nothing happened),
 * UnsureError (it may have happened) or SetupError (no token to be had).
 */
export interface WecomClient {
  /** Resolves once there is a token. */
  ready(): Promise<void>
  /** A call that may be repeated as it is: a lost answer is an UnsureError that says so. */
  post(path: string, body: unknown, signal: AbortSignal): Promise<Answer>
  upload(type: UploadType, file: MediaFile, signal: AbortSignal): Promise<Answer>
  /** The file, or the verdict that refuses it. */
  download(mediaId: string, signal: AbortSignal): Promise<Answer & { file?: MediaFile }>
}

export function wecomClient(
  settings: ClientSettings,
  ports: Pick<ChannelPorts, 'now' | 'shared' | 'log'>,
): WecomClient {
  const base = baseOf(settings.apiBaseUrl)
  const tokenKey = `wecom-token-${hash('sha256', `${base} ${settings.corpId} ${settings.secret}`, 'hex').slice(0, 24)}`
  /** A token fetched a moment ago that was refused as well. */
  let refused: { fault: SetupError; until: number } | undefined

  async function fetchToken(): Promise<{ value: string; ttlMs: number }> {
    const query = { corpid: settings.corpId, corpsecret: settings.secret }
    const answer = verdictIn(
      await exchange('gettoken', query, {}, AbortSignal.timeout(CALL_MS), unavailable),
      unavailable,
    )
    const fault = answer.errcode === 0 ? undefined : faultOf(answer, 'the access token')
    if (fault instanceof SetupError) return { value: JSON.stringify({ refused: fault.message }), ttlMs: REFUSED_MS }
    if (fault) throw fault
    const given = tokenSchema.safeParse(answer)
    if (!given.success) throw unavailable('the answer to gettoken holds no token')
    const { access_token: token, expires_in: seconds } = given.data
    return { value: JSON.stringify({ token }), ttlMs: Math.max(seconds - EARLY_S, seconds / 2) * 1000 }
  }

  async function tokenBut(stale?: string): Promise<{ token: string; kept: string }> {
    if (refused && ports.now() < refused.until) throw refused.fault
    const kept = await ports.shared.get(tokenKey, fetchToken, stale)
    const found = keptTokenSchema.parse(JSON.parse(kept))
    if ('refused' in found) throw new SetupError(found.refused)
    return { token: found.token, kept }
  }

  async function withToken<T extends Answer>(signal: AbortSignal, attempt: (token: string) => Promise<T>): Promise<T> {
    const token = (stale?: string) =>
      unlessAborted(tokenBut(stale), signal, () => unavailable('no access token came in time'))
    const first = await token()
    const answer = await attempt(first.token)
    if (!refusesToken(answer)) return answer
    ports.log.warn({ errcode: answer.errcode }, 'wecom: access token refused, fetching another')
    const second = await token(first.kept)
    const again = await attempt(second.token)
    if (!refusesToken(again)) return again
    const fault = new SetupError(faultOf(again, 'a new access token was refused as well').message)
    refused = { fault, until: ports.now() + REFUSED_MS }
    throw fault
  }

  /** One HTTP exchange up to the last byte of the answer; `lost` makes the error of one that may have arrived. */
  async function exchange(
    path: string,
    query: Record<string, string>,
    init: RequestInit,
    signal: AbortSignal,
    lost: Lost,
  ): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
    if (signal.aborted) throw unavailable('stopped before it was sent')
    try {
      // No redirects: the query holds the token.
      const response = await fetch(`${base}/cgi-bin/${path}?${new URLSearchParams(query)}`, {
        ...init,
        signal,
        redirect: 'manual',
      })
      const bytes = await readAtMost(response.body ?? [], MOST_MEDIA_BYTES)
      return { status: response.status, headers: response.headers, bytes }
    } catch (error) {
      if (error instanceof AppError) throw error
      throw neverSent(error) ? unavailable(`${path} cannot be reached`, error) : lost(`no answer to ${path}`, error)
    }
  }

  return {
    async ready() {
      await tokenBut()
    },

    post: (path, body, signal) =>
      withToken(signal, async (token) => {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)])
        const init = {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: rawJson(body),
        }
        return verdictIn(await exchange(path, { access_token: token }, init, limit, unsure), unsure)
      }),

    upload: (type, file, signal) =>
      withToken(signal, async (token) => {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(MEDIA_MS)])
        const form = new FormData()
        // A copy of the view's bytes: a File takes no SharedArrayBuffer.
        form.set('media', new File([new Uint8Array(file.bytes)], asciiName(file.name), { type: file.type }))
        const query = { access_token: token, type }
        return verdictIn(
          await exchange('media/upload', query, { method: 'POST', body: form }, limit, unavailable),
          unavailable,
        )
      }),

    download: (mediaId, signal) =>
      withToken(signal, async (token) => {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(MEDIA_MS)])
        const got = await exchange('media/get', { access_token: token, media_id: mediaId }, {}, limit, unavailable)
        const type = got.headers.get('content-type') ?? 'application/octet-stream'
        const disposition = got.headers.get('content-disposition')
        // An error comes as JSON with status 200, but a person may also have sent a JSON file: that one has a name.
        if (got.status !== 200 || !disposition || type.includes('json')) {
          const answer = answerSchema.safeParse(parsed(got.bytes))
          if (answer.success && answer.data.errcode !== 0) return answer.data
          if (got.status !== 200) throw unavailable(`media/get answered ${got.status}`)
        }
        return { errcode: 0, errmsg: 'ok', file: { bytes: got.bytes, name: nameIn(disposition) ?? mediaId, type } }
      }),
  }
}

type Lost = (why: string, cause?: unknown) => AppError
const unavailable: Lost = (why, cause) => new UnavailableError(`wecom: ${why}`, { cause })
const unsure: Lost = (why, cause) => new UnsureError(`wecom: ${why}; it may have arrived`, true, { cause })

function baseOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new SetupError('wecom: the API base URL must be an http or https address')
  }
  return url.replace(/\/+$/, '')
}

/** 40001 too: it is the answer to a wrong secret, but on a call also to a token that WeCom no longer knows. */
function refusesToken({ errcode }: Answer): boolean {
  return errcode === 40001 || errcodeOf(errcode).kind === 'refresh_token'
}

/**
 * The verdict, which WeCom gives as JSON with status 200 whatever it says; anything else comes from something in
 * between.
 */
function verdictIn({ status, bytes }: { status: number; bytes: Buffer }, lost: Lost): Answer {
  const answer = answerSchema.safeParse(parsed(bytes))
  if (status >= 500 || !answer.success) throw lost(`answered ${status} without a verdict`)
  return answer.data
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

/** WeCom takes no \uXXXX (40033), which JSON.stringify writes for control characters and halves of surrogate pairs. */
function rawJson(body: unknown): string {
  return JSON.stringify(body, (_, value: unknown) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    typeof value === 'string' ? value.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '') : value,
  )
}

/** Faults from before the first byte left; all others may have reached the platform. */
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function neverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && unsentCodes.has(code)
}
