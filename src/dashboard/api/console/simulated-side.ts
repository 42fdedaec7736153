import { z } from 'zod'
import { UnavailableError, UsageError } from '../../../core/errors.ts'
import type { Part } from '../../../core/message/part.ts'
import {
  type SimulatedChat,
  type SimulatedLine,
  simulatedChatsSchema,
  simulatedFeedSchema,
  simulatedMediaSchema,
  simulatedSaidSchema,
} from '../../../core/simulated.ts'
import { type Bilingual, inLang } from '../../../core/text/lang.ts'
import type { ApiPorts } from '../ports.ts'
import { sentences } from './sentences.ts'
import type { Bubble } from './shapes.ts'
import { pause, type Side } from './side.ts'

/** A callback may take the platform its 5 s; the browser waits 10. */
const answerWithinMs = 9000
const pollMs = 20_000
const tryAgainMs = 2000

/** A platform's simulator: its people are heard and spoken for over its HTTP, see `core/simulated.ts`. */
export function simulatedSide(
  channel: string,
  { platform, title }: { platform: string; title: Bilingual },
  baseUrl: string,
  ports: ApiPorts,
): Side {
  const refused = (sentence: Bilingual): UsageError => new UsageError(inLang(ports.config.lang, sentence))

  async function chats(): Promise<SimulatedChat[]> {
    const path = '/simulator/chats'
    return read(simulatedChatsSchema, await call(baseUrl, path, { withinMs: 2000 }), path).chats
  }

  /** The bytes that the browser uploaded go along. */
  async function withBytes(part: Part): Promise<Part> {
    if (!('media' in part) || part.media.source === 'inline') return part
    if (part.media.source !== 'kept') throw refused(sentences.notThere())
    const file = await ports.store.files.get(part.media.fileId, ports.now())
    if (file === undefined) throw refused(sentences.fileGone())
    const { name, type, bytes } = file
    const base64 = Buffer.from(bytes).toString('base64')
    return { ...part, name: part.name ?? name, type, media: { source: 'inline', base64 } }
  }

  /** What lies at the simulator is read through us: a browser shows pictures of its own server only. */
  function withAddress(part: Part): Part {
    if (!('media' in part) || part.media.source !== 'platform') return part
    const url = `/api/console/media/${channel}/${encodeURIComponent(part.media.id)}`
    return { ...part, media: { source: 'url', url } }
  }

  function bubbleOf({ seq, at, from, parts, messageId, sayingId }: SimulatedLine): Bubble {
    const id = [channel, String(seq), ...(sayingId === undefined ? [] : [sayingId])].join('-')
    return { seq, id, at, from, parts: parts.map(withAddress), messageId }
  }

  return {
    async chats() {
      return (await chats()).map(({ bot, takes, ...chat }) => ({
        channel,
        ...chat,
        simulated: { platform, platformTitle: title, bot, takes },
      }))
    },

    async follow(chat, after, show, signal) {
      for (let last = after; !signal.aborted; ) {
        const path = `/simulator/feed?after=${last}&waitMs=${pollMs}`
        try {
          const given = await call(baseUrl, path, { withinMs: pollMs + answerWithinMs, signal })
          for (const line of read(simulatedFeedSchema, given, path).lines) {
            last = line.seq
            if (line.chat.toLowerCase() === chat.toLowerCase()) show.bubble(bubbleOf(line))
          }
        } catch (error) {
          // Away, or not yet there: the chat stays open for when it is.
          if (!(error instanceof UnavailableError)) throw error
          await pause(tryAgainMs, signal)
        }
      }
    },

    async say({ id, person, parts }, { chat, simulated }) {
      if (parts.some(({ kind }) => !simulated?.takes.includes(kind))) throw refused(sentences.notThere())
      const body = { id, chat, person, parts: await Promise.all(parts.map(withBytes)) }
      const path = '/simulator/say'
      const given = await call(baseUrl, path, { withinMs: answerWithinMs, body })
      const { isTaken, status, isMuted } = read(simulatedSaidSchema, given, path)
      if (isMuted) throw refused(sentences.muted())
      if (!isTaken) throw refused(status === undefined ? sentences.botAway() : sentences.notAcknowledged(status))
      return {}
    },

    async media(id) {
      const path = `/simulator/media?id=${encodeURIComponent(id)}`
      const { name, type, base64 } = read(simulatedMediaSchema, await call(baseUrl, path, { withinMs: 9000 }), path)
      return { name, type, bytes: Buffer.from(base64, 'base64') }
    },
  }
}

/** What is no simulator of ours is as good as away. */
function read<T>(schema: z.ZodType<T>, given: unknown, path: string): T {
  const found = schema.safeParse(given)
  if (found.success) return found.data
  throw new UnavailableError(
    `the simulator's answer to ${path.split('?')[0]} cannot be read: ${z.prettifyError(found.error)}`,
  )
}

/** A call of the simulator's HTTP. Throws UnavailableError for whatever goes wrong on the way. */
async function call(
  baseUrl: string,
  path: string,
  { withinMs, signal, body }: { withinMs: number; signal?: AbortSignal; body?: object },
): Promise<unknown> {
  const timeout = AbortSignal.timeout(withinMs)
  const init = body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  try {
    const url = `${baseUrl.replace(/\/+$/, '')}${path}`
    const response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    if (!response.ok) throw new UnavailableError(`the simulator answered ${response.status} to ${path.split('?')[0]}`)
    return await response.json()
  } catch (error) {
    if (error instanceof UnavailableError) throw error
    throw new UnavailableError(`the simulator cannot be reached for ${path.split('?')[0]}`, { cause: error })
  }
}
