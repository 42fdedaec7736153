import { setTimeout as wait } from 'node:timers/promises'
import { type RawData, WebSocket } from 'ws'
import { z } from 'zod'
import { SetupError, UnavailableError } from '../../core/errors.ts'
import { readFrame } from './frame.ts'
import type { OnebotConfig } from './settings.ts'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** A wrong token stays wrong: knocking on often gets an address shut out. */
const REFUSED_WAIT_MS = 60_000
const HANDSHAKE_MS = 10_000
/** A connection that held for so long begins again with the first wait. */
const STEADY_MS = 60_000

/**
 * Opens the forward WebSocket, paused until somebody listens. Throws SetupError when the token is refused, else
 * UnavailableError.
 */
export function dialOnce({ wsUrl = '', accessToken }: OnebotConfig, signal: AbortSignal): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${accessToken}` }
    const socket = new WebSocket(wsUrl, { headers, handshakeTimeout: HANDSHAKE_MS, maxPayload: 64 * 1024 * 1024 })
    const stop = (): void => socket.terminate()
    signal.addEventListener('abort', stop, { once: true })
    socket.once('close', () => signal.removeEventListener('abort', stop))
    socket.once('unexpected-response', (_request, response) => {
      socket.terminate()
      const status = response.statusCode ?? 0
      const isToken = status === 401 || status === 403
      const message = isToken
        ? `onebot: the access token was refused (HTTP ${status})`
        : `onebot: the server answered HTTP ${status}`
      reject(isToken ? new SetupError(message) : new UnavailableError(message))
    })
    socket.once('error', (error) => reject(new UnavailableError('onebot: no connection', { cause: error })))
    socket.once('open', () => {
      // Its first word may come in the same breath, before anybody listens.
      socket.pause()
      resolve(socket)
    })
  })
}

const loginSchema = z.object({ data: z.object({ user_id: z.union([z.string(), z.number()]).transform(String) }) })
const WHO = 'who'

export interface Greeted {
  account: string
  /** What came before the answer. */
  early: readonly RawData[]
}

/**
 * Asks on a fresh socket whose account it is, and leaves it paused. Throws SetupError when the token is refused, else
 * UnavailableError.
 */
export function askAccount(socket: WebSocket): Promise<Greeted> {
  return new Promise((resolve, reject) => {
    const early: RawData[] = []
    const timer = setTimeout(
      () => end(() => reject(new UnavailableError('onebot: no answer to get_login_info'))),
      HANDSHAKE_MS,
    )
    const closed = (): void => end(() => reject(new UnavailableError('onebot: the connection was closed at once')))
    const heard = (data: RawData): void => {
      const frame = readFrame(String(data))
      const login = frame?.echo === WHO ? loginSchema.safeParse(frame) : undefined
      if (login?.success) end(() => resolve({ account: login.data.data.user_id, early }))
      // NapCat takes the connection of a wrong token, says so, and hangs up.
      else if (frame?.retcode === 1403)
        end(() => reject(new SetupError('onebot: the access token was refused (retcode 1403)')))
      else if (frame?.echo === WHO) end(() => reject(new UnavailableError('onebot: get_login_info was refused')))
      else early.push(data)
    }
    function end(then: () => void): void {
      clearTimeout(timer)
      socket.off('message', heard).off('close', closed)
      socket.pause()
      then()
    }
    socket.on('message', heard).on('close', closed)
    socket.resume()
    socket.send(JSON.stringify({ action: 'get_login_info', params: {}, echo: WHO }))
  })
}

export interface DialPorts {
  /** Takes an open connection; resolves when it has ended. Throws as `askAccount` does. */
  use(socket: WebSocket): Promise<void>
  /** It could not be opened, or not used. */
  failed(error: Error): void
}

/** Dials again and again, with growing waits, until the signal. */
export async function keepDialling(
  config: OnebotConfig,
  { use, failed }: DialPorts,
  signal: AbortSignal,
): Promise<void> {
  let waitMs = FIRST_WAIT_MS
  while (!signal.aborted) {
    const openedAt = performance.now()
    let isRefused = false
    try {
      await use(await dialOnce(config, signal))
    } catch (error) {
      if (signal.aborted) return
      isRefused = error instanceof SetupError
      failed(error as Error) // what dialOnce and use throw
    }
    if (performance.now() - openedAt > STEADY_MS) waitMs = FIRST_WAIT_MS
    const jittered = waitMs * (0.75 + Math.random() / 2)
    // Its rejection is the signal, which the loop asks for itself.
    await wait(isRefused ? REFUSED_WAIT_MS : jittered, undefined, { signal }).catch(() => {})
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)
  }
}
