import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type AppError,
  QuotaError,
  RejectedError,
  SetupError,
  StoreUnavailableError,
  UnavailableError,
  UnsureError,
} from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { whyOf } from '../core/text/why.ts'
import type { Settings, Signals } from './store.ts'

/** A holder that says nothing for so long is gone. */
const HELD_MS = 15_000
const PROLONG_EVERY_MS = 5_000
/** A holder that lives says within this time that it has a request. */
const TAKEN_MS = 1_000
/** A request that was taken, and whose asker has not said `begin` by then, was given up. */
const BEGIN_MS = 10_000

type Answerer = (request: unknown) => Promise<unknown>

const askedSchema = z.object({
  id: z.string(),
  by: z.string(),
  name: z.string(),
  request: z.unknown().optional(),
  untilMs: z.number(),
})
const faultSchema = z.object({
  kind: z.enum(['rejected', 'unavailable', 'quota', 'unsure', 'setup', 'store']),
  message: z.string(),
  pauseMs: z.number().optional(),
  scope: z.enum(['account', 'chat']).optional(),
  repeatable: z.boolean().optional(),
})
type Fault = z.infer<typeof faultSchema>
type Asked = z.infer<typeof askedSchema>
const wordSchema = z.object({ id: z.string() })
const answeredSchema = z.object({ id: z.string(), answer: z.unknown().optional(), fault: faultSchema.optional() })

/** A request of ours on its way. */
interface Waiting {
  taken(): void
  resolve(answer: unknown): void
  reject(error: Error): void
  isBegun: boolean
}

export interface ExchangePorts {
  signals: Signals
  settings: Settings
  /** This process's id. */
  processId: string
  now(): number
  log: Log
}

/**
 * See `Exchange` in the channel contract: names are noted in the store, requests and answers travel as signals. Signals
 * may be lost, so a request is carried out at a second word only, said once its holder is known to have it: before that
 * word nothing has happened, after it nobody knows until the answer is there.
 */
export async function openExchange({ signals, settings, processId, now, log }: ExchangePorts) {
  const held = new Map<string, Answerer>()
  const asked = new Map<string, Waiting>()
  /** Requests of others that are here and not begun. */
  const taken = new Map<string, { request: Asked; timer: NodeJS.Timeout }>()
  const placeOf = (name: string): string => `exchange:${name}`

  async function take(payload: unknown): Promise<void> {
    const request = askedSchema.parse(payload)
    const { id } = request
    taken.set(id, { request, timer: setTimeout(() => taken.delete(id), BEGIN_MS).unref() })
    await signals.publish(`taken:${request.by}`, { id })
  }

  async function begin(payload: unknown): Promise<void> {
    const word = wordSchema.parse(payload)
    const mine = taken.get(word.id)
    if (mine === undefined) return
    taken.delete(word.id)
    clearTimeout(mine.timer)
    const { id, by, name, request, untilMs } = mine.request
    // Whoever asked has given up: what is begun now would be done behind their back.
    if (now() > untilMs) return
    const answerer = held.get(name)
    const reply =
      answerer === undefined
        ? { id, fault: faultOf(new UnavailableError(`nobody holds ${name} any more`)) }
        : await answerer(request).then(
            (value) => ({ id, answer: value }),
            (error: unknown) => ({ id, fault: faultOf(error) }),
          )
    await signals.publish(`answers:${by}`, reply)
  }

  function hear(payload: unknown): void {
    const { id, answer: value, fault } = answeredSchema.parse(payload)
    const waiting = asked.get(id)
    if (fault === undefined) waiting?.resolve(value)
    else waiting?.reject(errorOf(fault))
  }

  function watched(work: (payload: unknown) => Promise<void>): (payload: unknown) => void {
    return (payload) => {
      work(payload).catch((error: unknown) =>
        log.warn({ error: whyOf(error) }, 'a request of another process got no answer'),
      )
    }
  }

  const stops = await Promise.all([
    signals.subscribe(`asked:${processId}`, watched(take)),
    signals.subscribe(`begin:${processId}`, watched(begin)),
    signals.subscribe(`taken:${processId}`, (payload) => asked.get(wordSchema.parse(payload).id)?.taken()),
    signals.subscribe(`answers:${processId}`, hear),
  ])

  async function prolong(): Promise<void> {
    for (const name of held.keys()) {
      const holder = await settings.get(placeOf(name), now())
      // A later holder keeps it; one that vanished without a word does not.
      if (holder === undefined || holder === processId) await settings.set(placeOf(name), processId, now() + HELD_MS)
    }
  }
  const timer = setInterval(() => {
    prolong().catch((error: unknown) => log.debug({ error: whyOf(error) }, 'what is held here could not be noted'))
  }, PROLONG_EVERY_MS)

  return {
    async hold(name: string, answerer: Answerer): Promise<() => Promise<void>> {
      held.set(name, answerer)
      await settings.set(placeOf(name), processId, now() + HELD_MS)
      return async () => {
        if (held.get(name) !== answerer) return
        held.delete(name)
        if ((await settings.get(placeOf(name), now())) === processId) await settings.remove(placeOf(name))
      }
    },
    async ask(name: string, request: unknown, timeoutMs: number): Promise<unknown> {
      const here = held.get(name)
      if (here !== undefined) return here(request)
      const holder = await settings.get(placeOf(name), now())
      if (holder === undefined || holder === processId) throw new UnavailableError(`no process holds ${name}`)
      const id = randomUUID()
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      const untaken = setTimeout(
        () => reject(new UnavailableError(`the process that holds ${name} did not take a request`)),
        Math.min(TAKEN_MS, timeoutMs),
      )
      const unanswered = setTimeout(
        () => reject(new UnsureError(`no answer from the process that holds ${name}`, false)),
        timeoutMs,
      )
      const waiting: Waiting = {
        resolve,
        reject,
        isBegun: false,
        taken() {
          waiting.isBegun = true
          clearTimeout(untaken)
          // Also when this seems to fail it may get there.
          signals.publish(`begin:${holder}`, { id }).catch((error: unknown) => {
            log.warn({ error: whyOf(error) }, 'a request may not have begun')
          })
        },
      }
      asked.set(id, waiting)
      try {
        await signals.publish(`asked:${holder}`, { id, by: processId, name, request, untilMs: now() + timeoutMs })
        return await promise
      } catch (error) {
        // Also when the request itself could not be told: without `begin` nothing is done.
        throw error instanceof StoreUnavailableError && !waiting.isBegun ? new UnavailableError(error.message) : error
      } finally {
        clearTimeout(untaken)
        clearTimeout(unanswered)
        asked.delete(id)
      }
    },
    async close(): Promise<void> {
      clearInterval(timer)
      for (const { isBegun, reject } of asked.values()) {
        const why = 'this process stops before the answer came'
        reject(isBegun ? new UnsureError(why, false) : new UnavailableError(why))
      }
      for (const { timer } of taken.values()) clearTimeout(timer)
      taken.clear()
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

/** What another process needs to know of an error: its class among ours, and its words. */
function faultOf(error: unknown): Fault {
  const message = whyOf(error)
  if (error instanceof QuotaError) return { kind: 'quota', message, pauseMs: error.pauseMs, scope: error.scope }
  if (error instanceof UnsureError) return { kind: 'unsure', message, repeatable: error.repeatable }
  if (error instanceof UnavailableError) return { kind: 'unavailable', message }
  if (error instanceof SetupError) return { kind: 'setup', message }
  if (error instanceof StoreUnavailableError) return { kind: 'store', message }
  return { kind: 'rejected', message }
}

function errorOf({ kind, message, pauseMs = 0, scope, repeatable = false }: Fault): AppError {
  switch (kind) {
    case 'quota':
      return new QuotaError(message, pauseMs, scope)
    case 'unsure':
      return new UnsureError(message, repeatable)
    case 'unavailable':
      return new UnavailableError(message)
    case 'setup':
      return new SetupError(message)
    case 'store':
      return new StoreUnavailableError(message)
    case 'rejected':
      return new RejectedError(message)
  }
}
