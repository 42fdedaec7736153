import { z } from 'zod'
import { SetupError, UnavailableError } from '../../core/errors.ts'
import { whyOf } from '../../core/text/why.ts'
import type { ChannelPorts } from '../channel.ts'
import type { Accounts } from './accounts.ts'
import { callByHttp } from './http-api.ts'
import type { Mutes } from './mutes.ts'
import type { OnebotConfig } from './settings.ts'
import { type Action, type Answer, answerSchema } from './types.ts'

/** An ordinary action; NapCat gives up after ten seconds by itself. */
export const CALL_MS = 30_000
/** Beside a call's own time, for the way to the process that holds the socket. */
const WAY_MS = 1_000

const requestSchema = z.object({
  action: z.string(),
  params: z.record(z.string(), z.unknown()),
  timeoutMs: z.number(),
})

/** The ways to an account: a socket of this process, the HTTP API, a socket of another process. */
export interface Routes {
  /**
   * Throws UnavailableError when nothing was called, UnsureError when it was and no answer came, SetupError when the
   * token is refused.
   */
  call(account: string | undefined, action: Action, timeoutMs: number, signal?: AbortSignal): Promise<Answer>
  /** A socket of this process takes calls for this account: others may ask for it. */
  came(account: string): void
  left(account: string): void
  /** Since when the HTTP API fails, as the calls saw it. */
  httpDown(): { since: number; why: string } | undefined
}

export function openRoutes(
  config: OnebotConfig,
  accounts: Accounts,
  mutes: Pick<Mutes, 'check'>,
  { exchange, now, log }: Pick<ChannelPorts, 'exchange' | 'now' | 'log'>,
): Routes {
  const held = new Map<string, Promise<() => Promise<void>>>()
  let trouble: { since: number; why: string } | undefined
  const nameOf = (account: string | undefined): string => `onebot:${config.id}:${account ?? 'any'}`

  function callHere(account: string | undefined, action: Action, timeoutMs: number, signal?: AbortSignal) {
    const link = accounts.caller(account)
    if (link === undefined) return undefined
    const why = accounts.offline(link.account)
    if (why !== undefined) throw new UnavailableError(`onebot: account ${link.account} is offline: ${why}`)
    mayDo(link.account, action)
    return link.calls.call(action, timeoutMs, signal)
  }

  /** Throws QuotaError for what is said in a group where the account may not speak. */
  function mayDo(account: string, { action, params }: Action): void {
    if (/^(send|upload)_group_/.test(action)) mutes.check(account, String(params.group_id))
  }

  async function byHttp(action: Action, timeoutMs: number, signal?: AbortSignal): Promise<Answer> {
    try {
      const answer = await callByHttp(config, action, timeoutMs, signal)
      trouble = undefined
      return answer
    } catch (error) {
      if (error instanceof UnavailableError || error instanceof SetupError)
        trouble ??= { since: now(), why: error.message }
      throw error
    }
  }

  function hold(name: string, account: string | undefined): void {
    if (held.has(name)) return
    const holding = exchange.hold(name, async (request) => {
      const { timeoutMs, ...action } = requestSchema.parse(request)
      const answer = callHere(account, action, timeoutMs)
      if (answer === undefined) throw new UnavailableError('onebot: the connection is gone')
      return answer
    })
    held.set(name, holding)
    holding.catch((error: unknown) => {
      held.delete(name)
      log.warn({ channel: config.id, error: whyOf(error) }, 'other processes cannot reach this connection')
    })
  }

  function letGo(name: string): void {
    const holding = held.get(name)
    held.delete(name)
    holding
      ?.then((release) => release())
      .catch((error: unknown) => {
        log.warn({ channel: config.id, error: whyOf(error) }, 'a connection that is gone is still announced')
      })
  }

  return {
    async call(account, action, timeoutMs, signal) {
      const here = callHere(account, action, timeoutMs, signal)
      if (here !== undefined) return here
      if (config.httpUrl !== undefined) {
        if (account !== undefined) mayDo(account, action)
        return byHttp(action, timeoutMs, signal)
      }
      return answerSchema.parse(await exchange.ask(nameOf(account), { ...action, timeoutMs }, timeoutMs + WAY_MS))
    },
    came(account) {
      hold(nameOf(account), account)
      hold(nameOf(undefined), undefined)
    },
    left(account) {
      if (accounts.caller(account) === undefined) letGo(nameOf(account))
      if (accounts.caller(undefined) === undefined) letGo(nameOf(undefined))
    },
    httpDown: () => trouble,
  }
}
