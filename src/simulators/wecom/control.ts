import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Call } from './api.ts'
import type { Delivered } from './dispatch.ts'
import { parseJson } from './json.ts'
import { isMediaType } from './media.ts'
import type { WecomSimulator } from './simulator.ts'
import type { XmlFields } from './xml.ts'

const MOST_WAIT_MS = 60_000
/** Words whose `id` is still known. */
const REMEMBERED = 5000

const id = z.string().optional()
const leaf = z.union([z.string(), z.number()])
const saySchema = z.object({ from: z.string(), text: z.string(), id })
const xmlSchema: z.ZodType<XmlFields> = z.lazy(() =>
  z.record(z.string(), z.union([leaf, xmlSchema, z.array(z.union([leaf, xmlSchema]))])),
)
const callbackSchema = z.object({ kind: z.string(), from: z.string().optional(), fields: xmlSchema.default({}), id })
const mediaSchema = z.object({ type: z.string().refine(isMediaType), name: z.string(), base64: z.base64() })
const misbehaveSchema = z.object({
  path: z.string().optional(),
  answer: z.union([z.int(), z.enum(['http-500', 'hang', 'cut-before', 'cut-after'])]).optional(),
  delayMs: z.number().optional(),
  times: z.int().optional(),
  untilMs: z.number().optional(),
  probability: z.number().min(0).max(1).optional(),
})
const urlSchema = z.object({ url: z.string() })

export interface ControlAnswer {
  status: number
  json: unknown
}

/**
 * The simulator's own HTTP, for a console or a test in another process. Only for callers on this machine: a browser page of
 * elsewhere cannot reach it, because it would have to name a foreign host or send JSON across origins.
 */
export function makeControl(simulator: WecomSimulator) {
  const said = new Map<string, Promise<Delivered>>()

  /** Saying the same `id` twice is one message: sent again only where the first time was not acknowledged. */
  async function once(id: string | undefined, send: () => Promise<Delivered>): Promise<Delivered> {
    const before = id === undefined ? undefined : said.get(id)
    if (before) {
      const delivered = await before
      return delivered.status === 200 ? delivered : simulator.redeliver(delivered.msgId)
    }
    const sending = send()
    if (said.size >= REMEMBERED) said.clear()
    if (id !== undefined) said.set(id, sending)
    return sending
  }

  const routes: Readonly<Record<string, (body: unknown, query: URLSearchParams) => unknown>> = {
    'POST /simulator/say': (body) => {
      const { from, text, id } = saySchema.parse(body)
      return once(id, () => simulator.say(from, text))
    },
    'POST /simulator/callback': (body) => {
      const { kind, from, fields, id } = callbackSchema.parse(body)
      return once(id, () => simulator.callback(kind, { ...fields, from }))
    },
    'POST /simulator/media': (body) => {
      const { type, name, base64 } = mediaSchema.parse(body)
      return { mediaId: simulator.addMedia(type, name, Buffer.from(base64, 'base64')) }
    },
    'GET /simulator/feed': async (_body, query) => {
      const waitMs = Math.min(Number(query.get('waitMs') ?? 0), MOST_WAIT_MS)
      return { lines: await simulator.feed(Number(query.get('after') ?? 0), waitMs) }
    },
    'POST /simulator/misbehave': (body) => {
      simulator.misbehave(misbehaveSchema.parse(body))
      return {}
    },
    'POST /simulator/behave': () => {
      simulator.behave()
      return {}
    },
    'POST /simulator/invalidate-tokens': () => {
      simulator.invalidateTokens()
      return {}
    },
    'POST /simulator/callback-url': (body) => {
      simulator.setCallback(urlSchema.parse(body).url)
      return simulator.verifyUrl()
    },
    'GET /simulator/calls': () => ({ calls: simulator.calls, quotaOverruns: simulator.quotaOverruns }),
    'GET /simulator/members': () => ({ members: simulator.members }),
  }

  return async (path: string, method: string, call: Call): Promise<ControlAnswer> => {
    if (!isFromHere(call)) return { status: 403, json: { error: 'only for callers on this machine' } }
    const route = routes[`${method} ${path}`]
    if (!route) return { status: 404, json: { error: `there is no ${method} ${path}` } }
    if (method === 'POST' && !call.headers['content-type']?.startsWith('application/json')) {
      return { status: 415, json: { error: 'send application/json' } }
    }
    try {
      return { status: 200, json: await route(parseJson(call.body.toString('utf8')), call.query) }
    } catch (error) {
      if (error instanceof z.ZodError) return { status: 400, json: { error: z.prettifyError(error) } }
      if (error instanceof AppError) return { status: 409, json: { error: error.message } }
      throw error
    }
  }
}

function isFromHere(call: Call): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(call.headers.host ?? '')
}
