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
import { whyOf } from '../core/why.ts'
import type { Settings, Signals } from './store.ts'

/** A holder that says nothing for so long is gone. */
const HELD_MS = 15_000
const PROLONG_EVERY_MS = 5_000

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
const answeredSchema = z.object({ id: z.string(), answer: z.unknown().optional(), fault: faultSchema.optional() })

export interface ExchangePorts {
  signals: Signals
  settings: Settings
  /** This process's id. */
  processId: string
  now(): number
  log: Log
}

/** See `Exchange` in the channel contract: names are noted in the store, requests and answers travel as signals. */
export async function openExchange({ signals, settings, processId, now, log }: ExchangePorts) {
  const held = new Map<string, Answerer>()
  const asked = new Map<string, { resolve(answer: unknown): void; reject(error: Error): void }>()
  const placeOf = (name: string): string => `exchange:${name}`

  async function answer(payload: unknown): Promise<void> {
    const { id, by, name, request, untilMs } = askedSchema.parse(payload)
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

  const stops = await Promise.all([
    signals.subscribe(`asked:${processId}`, (payload) => {
      answer(payload).catch((error: unknown) =>
        log.warn({ error: whyOf(error) }, 'a request of another process got no answer'),
      )
    }),
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
      asked.set(id, { resolve, reject })
      const timer = setTimeout(
        () => reject(new UnsureError(`no answer from the process that holds ${name}`, false)),
        timeoutMs,
      )
      try {
        await signals.publish(`asked:${holder}`, { id, by: processId, name, request, untilMs: now() + timeoutMs })
        return await promise
      } finally {
        clearTimeout(timer)
        asked.delete(id)
      }
    },
    async close(): Promise<void> {
      clearInterval(timer)
      for (const { reject } of asked.values())
        reject(new UnsureError('this process stops before the answer came', false))
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
