import { z } from 'zod'
import { UnavailableError, UsageError } from '../../../core/errors.ts'
import { inLang } from '../../../core/lang.ts'
import { plainText } from '../../../core/part.ts'
import type { ApiPorts } from '../ports.ts'
import type { Bubble } from '../shapes.ts'
import { sentences } from './sentences.ts'
import { pause, type Saying, type Side } from './side.ts'
import { type Line, lineSchema, partsOfLine } from './simulated-line.ts'

/** A callback may take the platform its 5 s; the browser waits 10. */
const answerWithinMs = 9000
const pollMs = 20_000
const tryAgainMs = 2000
const sayingsKept = 500

const membersSchema = z.object({ members: z.array(z.object({ userid: z.string(), name: z.string() })) })
const feedSchema = z.object({ lines: z.array(lineSchema) })
const saidSchema = z.object({ status: z.number() })

/** A platform's simulator: each of its members has a private chat with the bot, and is heard and spoken for over the simulator's HTTP. */
export function simulatedSide(channel: string, platform: string, baseUrl: string, ports: ApiPorts): Side {
  const sayings = rememberSayings()

  return {
    async chats() {
      const { members } = membersSchema.parse(await call(baseUrl, '/simulator/members', { withinMs: 2000 }))
      return members.map(({ userid, name }) => {
        const people = [{ id: userid, name }]
        return { channel, chat: userid, chatKind: 'private' as const, title: `${name} · ${platform}`, people }
      })
    },

    async follow(chat, after, show, signal) {
      for (let last = after; !signal.aborted; ) {
        const path = `/simulator/feed?after=${last}&waitMs=${pollMs}`
        try {
          const { lines } = feedSchema.parse(await call(baseUrl, path, { withinMs: pollMs + answerWithinMs, signal }))
          for (const line of lines) {
            last = line.seq
            if (line.member.toLowerCase() === chat.toLowerCase()) show.bubble(bubbleOf(line))
          }
        } catch (error) {
          // Away, or not yet there: the chat stays open for when it is.
          if (!(error instanceof UnavailableError)) throw error
          await pause(tryAgainMs, signal)
        }
      }
    },

    async say(saying) {
      const text = plainText(saying.parts)
      if (saying.parts.some(({ kind }) => kind !== 'text') || text === '') {
        throw new UsageError(inLang(ports.config.lang, sentences.textOnly()))
      }
      sayings.add(saying, text)
      const body = { from: saying.person, text, id: saying.id }
      const { status } = saidSchema.parse(await call(baseUrl, '/simulator/say', { withinMs: answerWithinMs, body }))
      if (status !== 200) throw new UsageError(inLang(ports.config.lang, sentences.notAcknowledged(status)))
      return {}
    },
  }

  function bubbleOf(line: Line): Bubble {
    const { seq, at, kind, member } = line
    const from = kind === 'bot' ? { kind } : { kind, id: member, name: member }
    const said = kind === 'person' ? sayings.idOf(line) : undefined
    const id = [channel, String(seq), ...(said === undefined ? [] : [said])].join('-')
    return { seq, id, at, from, parts: partsOfLine(line) }
  }
}

/** Which line is whose saying: the feed tells words and member, the browser knows its own by the saying's id. */
function rememberSayings() {
  const waiting = new Map<string, { member: string; text: string }>()
  const known = new Map<number, string>()
  return {
    add({ id, person }: Saying, text: string): void {
      if (![...known.values()].includes(id)) waiting.set(id, { member: person.toLowerCase(), text })
      forgetOldest(waiting)
    },
    idOf({ seq, member, text }: Line): string | undefined {
      if (known.has(seq)) return known.get(seq)
      for (const [id, saying] of waiting) {
        if (saying.member !== member.toLowerCase() || saying.text !== text) continue
        waiting.delete(id)
        known.set(seq, id)
        forgetOldest(known)
        return id
      }
      return undefined
    },
  }
}

function forgetOldest<Key>(map: Map<Key, unknown>): void {
  const [oldest] = map.keys()
  if (map.size > sayingsKept && oldest !== undefined) map.delete(oldest)
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
