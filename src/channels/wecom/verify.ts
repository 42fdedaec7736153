import type { InboundRequest } from '../channel.ts'
import type { WecomCrypto } from './crypto.ts'
import { refusal } from './refusal.ts'

/** What a callback holds once it has proved to come from the platform. */
export type Opened = { kind: 'echo'; text: string } | { kind: 'payload'; text: string }

/**
 * Verifies and decrypts: a GET is the check of the URL whose text is to be sent back as it is, anything else a
 * callback. Throws UnverifiedError. The content type is not looked at: nobody knows which ones the platform sends.
 */
export function openCallback(crypto: WecomCrypto, request: InboundRequest): Opened {
  const query = readQuery(request.rawQuery)
  const signature = only(query, 'msg_signature')
  const timestamp = only(query, 'timestamp')
  const nonce = only(query, 'nonce')
  const isCheck = request.method === 'GET'
  const encrypted = isCheck ? only(query, 'echostr') : readEnvelope(request.body)
  crypto.verify(signature, timestamp, nonce, encrypted)
  return { kind: isCheck ? 'echo' : 'payload', text: crypto.decrypt(encrypted) }
}

/** Percent-decoding only: the echostr is base64, and a form decoder would make a space of its `+`. */
function readQuery(rawQuery: string): [name: string, value: string][] {
  return rawQuery.split('&').map((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
  })
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusal('missing_param')
  }
}

/** Given twice is as bad as not at all: two readers could take different ones. */
function only(query: readonly [name: string, value: string][], name: string): string {
  const values = query.filter(([given]) => given === name)
  const value = values[0]?.[1]
  if (values.length !== 1 || value === undefined || value === '') throw refusal('missing_param')
  return value
}

const head = /\s*(?:<\?xml[^<>]*\?>)?\s*<xml>/y
const element = /\s*<([A-Za-z_]\w*)(?:\s*\/>|>(?:<!\[CDATA\[([^\]]*)\]\]>|([^<&]*))<\/\1>)/y
const tail = /\s*<\/xml>\s*$/y

/**
 * The Encrypt of the envelope. Read by hand because it comes before the proof: nothing but flat elements with text is
 * understood, so there is nothing to expand, nest or confuse.
 */
export function readEnvelope(body: Buffer): string {
  const text = body.toString('latin1')
  const encrypted: string[] = []
  head.lastIndex = 0
  let at = head.test(text) ? head.lastIndex : -1
  while (at >= 0) {
    element.lastIndex = at
    const found = element.exec(text)
    if (!found) break
    if (found[1] === 'Encrypt') encrypted.push(found[2] ?? found[3] ?? '')
    at = element.lastIndex
  }
  tail.lastIndex = Math.max(at, 0)
  const [only, ...more] = encrypted
  if (at < 0 || !tail.test(text) || !only || more.length > 0) throw refusal('bad_envelope')
  return only
}
