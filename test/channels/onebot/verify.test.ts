import { describe, expect, test } from 'vitest'
import type { InboundRequest } from '../../../src/channels/channel.ts'
import { onebot } from '../../../src/channels/onebot/index.ts'
import { verifySocket } from '../../../src/channels/onebot/verify.ts'
import { UnverifiedError } from '../../../src/core/errors.ts'
import { channelPorts } from '../../fakes/channel-ports.ts'
import { aConfig, vectors } from './vectors.ts'

interface Request {
  method: string
  url?: string
  headers: Record<string, string>
  body_raw?: string
}

/** As Node hands it on: header names in lower case. */
function request({ method, url = '', headers, body_raw: body = '' }: Request): InboundRequest {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { method, rawQuery: url.split('?')[1] ?? '', headers: lower, body: Buffer.from(body) }
}

function statusOf(work: () => unknown): number | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(UnverifiedError)
    return (error as UnverifiedError).status // as just checked
  }
}

describe('the vectors of handshakes', () => {
  const strict = aConfig({ accounts: ['3100000001'] })
  const { vectors: handshakes } = vectors<{
    vectors: {
      id: string
      title: string
      input: Request & { connections?: Request[]; config?: { allow_no_token?: boolean } }
      expect: { status?: number; role?: string }
    }[]
  }>('handshake')

  // 11 needs sockets and stands in reverse.test.ts.
  test.for(handshakes.filter(({ id }) => !id.endsWith('11')))('$id: $title', ({ input, expect: expected }) => {
    const config = aConfig({ accounts: ['3100000001'], allowNoToken: input.config?.allow_no_token })
    if (expected.status !== 101) expect(statusOf(() => verifySocket(request(input), config))).toBe(expected.status)
    else
      expect(verifySocket(request(input), config)).toMatchObject({
        account: '3100000001',
        role: expected.role?.toLowerCase(),
      })
  })

  test('without a token nobody is let in, whatever the account, unless that is allowed', () => {
    const open = handshakes.find(({ id }) => id.endsWith('12'))?.input ?? { method: 'GET', headers: {} }
    expect(statusOf(() => verifySocket(request(open), strict))).toBe(401)
    const wrong = { ...open, headers: { ...open.headers, Authorization: 'Bearer another' } }
    expect(statusOf(() => verifySocket(request(wrong), { ...strict, allowNoToken: true }))).toBe(403)
    expect(() => onebot(aConfig({ accessToken: '' }), channelPorts())).toThrow('access token is missing')
  })

  test('Lagrange is known by its name, because its message_ids repeat', () => {
    const headers = {
      'X-Self-ID': '3100000001',
      Authorization: 'Bearer kestrel-token-1',
      'User-Agent': 'Lagrange.OneBot',
    }
    expect(verifySocket(request({ method: 'GET', headers }), strict).repeatsIds).toBe(true)
  })
})

describe('the vectors of posted events', () => {
  const { constants, vectors: posts } = vectors<{
    constants: { secret: string }
    vectors: {
      id: string
      title: string
      input: Request
      expect: { http_status: number; method_override?: string; precondition?: string; normalized?: { text: string } }
    }[]
  }>('http-post')
  const channel = onebot(aConfig({ httpUrl: 'http://127.0.0.1:1', httpSecret: constants.secret }), channelPorts())

  test.for(posts)('$id: $title', ({ input, expect: expected }) => {
    const given = request({ ...input, method: expected.method_override ?? input.method })
    if (expected.http_status >= 400 && expected.precondition === undefined) {
      expect(statusOf(() => channel.can.callbacks?.receive(given))).toBe(expected.http_status)
      return
    }
    // That a post is answered 503 while the store is away is said by callbacks.test.ts.
    const found = channel.can.callbacks?.receive(given)
    expect(found).toMatchObject({ kind: 'message', ack: { status: 204 } })
    if (expected.normalized && found?.kind === 'message') expect(found.message.text).toBe(expected.normalized.text)
  })

  test('where no secret is set, nothing is believed', () => {
    expect(onebot(aConfig(), channelPorts()).can.callbacks).toBeUndefined()
  })
})
