import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, wecomClient } from '../../../src/channels/wecom/client.ts'
import { errcodeOf } from '../../../src/channels/wecom/errcodes.ts'
import { faultOf } from '../../../src/channels/wecom-app/faults.ts'
import type { WecomAppConfig } from '../../../src/channels/wecom-app/settings.ts'
import { QuotaError, RejectedError, SetupError, UnavailableError } from '../../../src/core/errors.ts'
import type { Part } from '../../../src/core/message/part.ts'
import { splitText, utf8Bytes } from '../../../src/core/message/split.ts'
import { channelPorts } from '../../fakes/channel-ports.ts'
import { qyapi } from '../wecom/qyapi.ts'
import { vectors } from '../wecom/vectors.ts'
import { aDelivery, anApp, appConfig, never } from './app.ts'

interface Exchange {
  id: string
  request: {
    method: string
    url: string
    query: Record<string, string>
    json?: Record<string, unknown> & { touser?: string; msgtype?: string }
    multipart?: { field: string; filename: string; content_type: string; bytes_base64: string }
  }
  response: { status: number; headers?: Record<string, string>; json?: Record<string, unknown>; bytes_base64?: string }
  expect: { class: string; show_operator?: string; not_delivered?: string[]; bytes?: number; pause_s_at_least?: number }
}
interface Split {
  id: string
  limit_bytes: number
  text: string
  parts?: number
  parts_at_least?: number
}

const { exchanges, split } = vectors<{ exchanges: Exchange[]; split: Split[] }>('wecom-api')

/** Exchanges of surfaces other than the self-built app. */
const ofOtherSurfaces = [
  'appchat-create',
  'appchat-send',
  'appchat-foreign',
  'webhook-text',
  'webhook-markdown-v2',
  'webhook-image',
  'webhook-rate',
  'webhook-gone',
  'response-url',
  'kf-send',
  'kf-send-again',
  'kf-send-sixth',
  'openuserid',
]

const families: Record<string, new (...args: never[]) => Error> = {
  config: SetupError,
  permanent: RejectedError,
  reupload: RejectedError, // of a file that is somebody else's upload
  refuse_locally: RejectedError,
  retry: UnavailableError,
  wait_window: QuotaError,
}

let api: Awaited<ReturnType<typeof qyapi>>
beforeEach(async () => {
  api = await qyapi()
})
afterEach(() => api.close())

const pathOf = ({ request }: Exchange) => request.url.replace(/^.*\/cgi-bin\//, '')
const app = (config: Partial<WecomAppConfig> = {}) => anApp({ apiBaseUrl: api.url, ...config }).channel

function scriptOf({ response }: Exchange) {
  const bytes = response.bytes_base64 === undefined ? undefined : Buffer.from(response.bytes_base64, 'base64')
  const headers = response.headers ?? { 'content-type': 'application/json' }
  return { status: response.status, headers, json: response.json, bytes }
}

/** The part that is to become the vector's message. */
function partOf({ request: { json } }: Exchange): Part {
  // The vectors' bodies by msgtype, as message/send takes them.
  const body = json?.[json.msgtype ?? ''] as { content?: string; media_id?: string }
  switch (json?.msgtype) {
    case 'text':
    case 'markdown':
      return { kind: json.msgtype, text: body.content ?? '' }
    case 'file':
      return { kind: 'file', media: { source: 'platform', id: body.media_id ?? '' } }
    case 'template_card':
      return { kind: 'native', platform: 'wecom-app', body: { ...body } }
    default:
      return expect.fail(`no part for ${json?.msgtype}`)
  }
}

/** Does what the vector is about and resolves to what came of it; rejects with the channel's error. */
async function conclusionOf(vector: Exchange): Promise<unknown> {
  const { id, request } = vector
  if (id.startsWith('gettoken')) {
    return app({ secret: request.query.corpsecret }).send(aDelivery({ kind: 'text', text: 'hi' }), never)
  }
  if (id.startsWith('send')) return app().send(aDelivery(partOf(vector), 'd-1', request.json?.touser), never)
  if (id.startsWith('upload')) {
    const { filename, content_type: type, bytes_base64: base64 } = request.multipart ?? expect.fail(id)
    return app().send(aDelivery({ kind: 'file', name: filename, type, media: { source: 'inline', base64 } }), never)
  }
  if (id.startsWith('media-get')) return app().can.media?.download(request.query.media_id ?? '', never)
  if (id.startsWith('update-card') || id.startsWith('recall')) {
    const client = wecomClient({ ...appConfig, apiBaseUrl: api.url }, channelPorts())
    return verdictOf(await client.post(pathOf(vector), request.json, never))
  }
  return expect.fail(`nothing does ${id}`)
}

function verdictOf(answer: Answer): Answer {
  if (answer.errcode !== 0) throw faultOf(answer, 'the call')
  return answer
}

describe('exchanges', () => {
  test.each(exchanges.filter(({ id }) => !ofOtherSurfaces.includes(id)))('$id', async (vector) => {
    const path = pathOf(vector)
    const errcode = vector.response?.json?.errcode
    if (vector.response) api.script(path, scriptOf(vector))
    if (vector.id === 'send-token-bad-again') api.script(path, scriptOf(vector))
    if (
      vector.response &&
      typeof errcode === 'number' &&
      vector.id !== 'send-token-bad-again' &&
      path !== 'media/get'
    ) {
      expect(errcodeOf(errcode).kind).toBe(vector.expect.class)
    }

    const conclusion = await conclusionOf(vector).catch((error: unknown) => error)

    const family = families[vector.expect.class]
    if (family) expect(conclusion).toBeInstanceOf(family)
    else expect(conclusion).not.toBeInstanceOf(Error)

    const calls = api.callsTo(path)
    if (vector.expect.class === 'refuse_locally') return expect(api.calls).toEqual([])
    const { access_token: _, ...query } = vector.request.query
    expect(calls[0]).toMatchObject({ method: vector.request.method, query })
    const { safe, enable_duplicate_check, duplicate_check_interval, ...json } = vector.request.json ?? {}
    if (vector.request.json) expect(calls[0]?.json).toMatchObject(json)

    if (vector.expect.show_operator) expect(String(conclusion)).toContain(vector.expect.show_operator)
    if (vector.expect.pause_s_at_least) {
      expect(conclusion).toHaveProperty('pauseMs', vector.expect.pause_s_at_least * 1000)
    }
    if (vector.expect.not_delivered) {
      expect(conclusion).toHaveProperty('note', `not reached: ${vector.expect.not_delivered.join(', ')}`)
    }
    if (vector.expect.bytes)
      expect(conclusion).toMatchObject({ bytes: { length: vector.expect.bytes }, name: 'MEDIA_ID.jpg' })
    if (vector.expect.class === 'refresh_token' || vector.id === 'send-token-bad-again') {
      expect(api.callsTo('gettoken').length).toBe(2)
      expect(calls.map((call) => call.query.access_token)).toEqual(['token-1', 'token-2'])
    }
    if (vector.id === 'upload') {
      const form = await new Response(new Uint8Array(calls[0]?.bytes ?? []), {
        headers: { 'content-type': calls[0]?.contentType ?? '' },
      }).formData()
      const file = form.get('media')
      if (!(file instanceof File)) return expect.fail('no file in the field media')
      expect(file).toMatchObject({ name: 'report.txt', type: 'application/octet-stream', size: 10 })
      expect(api.callsTo('message/send')[0]?.json).toMatchObject({
        msgtype: 'file',
        file: { media_id: vector.response.json?.media_id },
      })
    }
  })

  test('those left out are there, and are no more than those', () => {
    expect(exchanges.map(({ id }) => id)).toEqual(expect.arrayContaining(ofOtherSurfaces))
  })
})

describe('split', () => {
  test.each(split)('$id', ({ text, limit_bytes, parts, parts_at_least }) => {
    for (const part of splitText(text, limit_bytes)) expect(utf8Bytes(part)).toBeLessThanOrEqual(limit_bytes)
    const pieces = anApp().channel.split([{ kind: 'text', text }])
    if (parts) expect(pieces.length).toBe(parts)
    expect(pieces.length).toBeGreaterThanOrEqual(parts_at_least ?? 1)
    const texts = pieces.map((piece) => (piece.kind === 'text' ? piece.text : ''))
    for (const piece of texts) expect(utf8Bytes(piece)).toBeLessThanOrEqual(2048)
    expect(texts.map((piece) => piece.replace(/^\(\d+\/\d+\)\n/, '')).join('')).toBe(text)
  })
})
