import { describe, expect, test } from 'vitest'
import type { Inbound, InboundRequest } from '../../../src/channels/channel.ts'
import { wecomCrypto } from '../../../src/channels/wecom/crypto.ts'
import { openCallback, readEnvelope } from '../../../src/channels/wecom/verify.ts'
import { readXml, type XmlElement } from '../../../src/channels/wecom/xml.ts'
import { sealedReply } from '../../../src/channels/wecom-app/reply.ts'
import { UnverifiedError } from '../../../src/core/errors.ts'
import { vectors } from '../wecom/vectors.ts'
import { anApp, appConfig } from './app.ts'

interface Vector {
  id: string
  kind: 'url_verify' | 'callback' | 'reply' | 'plain_reply'
  request?: { method: string; raw_query: string; content_type?: string; body?: string }
  expect?: {
    outcome: 'accept' | 'reject' | 'either'
    error?: string
    error_any_of?: string[]
    respond?: { status: number; body: string }
    if_accepted_respond?: { status: number; body: string }
    plaintext?: string
    parsed?: Record<string, unknown>
    dedupe_key?: string
    must_not_contain?: string
  }
  input?: { plaintext: string; timestamp: number; nonce: string; random_hex: string; parsed: Record<string, unknown> }
  output?: { status?: number; body: string; encrypt?: string }
}
type Expected = 'enqueue' | 'duplicate' | 'reject' | 'one_of_enqueue_duplicate' | 'http_5xx_and_no_dedupe_mark'
interface Sequence {
  id: string
  steps: { case: string; at_s: number; expect: Expected }[]
}

const { cases, sequences } = vectors<{ cases: Vector[]; sequences: Sequence[] }>('wecom-app-callback')
const crypto = wecomCrypto({ ...appConfig, receiveId: appConfig.corpId })

function requestOf({ request }: Vector): InboundRequest {
  if (!request) throw new Error('the vector has no request')
  const headers = { 'content-type': request.content_type }
  return { method: request.method, rawQuery: request.raw_query, headers, body: Buffer.from(request.body ?? '') }
}

/** What `receive` says: an Inbound, or the refusal. Any other error fails the test. */
function receive(vector: Vector): Inbound | UnverifiedError {
  try {
    return anApp().channel.can.callbacks?.receive(requestOf(vector)) ?? expect.fail('the channel receives')
  } catch (error) {
    if (error instanceof UnverifiedError) return error
    throw error
  }
}

function expectRefusal(vector: Vector, got: Inbound | UnverifiedError) {
  expect(got).toBeInstanceOf(UnverifiedError)
  if (!(got instanceof UnverifiedError)) return
  expect(vector.expect?.error_any_of ?? [vector.expect?.error]).toContain(got.kind)
  const beforeSignature = got.kind === 'missing_param' || got.kind === 'bad_envelope'
  expect(got.status).toBe(beforeSignature ? 400 : 403)
}

/** Our reader makes lists where the vectors have a single value, and keeps the white space between elements. */
function asVector(value: XmlElement[string]): unknown {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 1 ? asVector(value[0] ?? '') : value.map(asVector)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '#text')
      .map(([name, child]) => [name, asVector(child)]),
  )
}

const byKind = (kind: Vector['kind']) => cases.filter((vector) => vector.kind === kind)

describe('the check of the URL', () => {
  test.each(byKind('url_verify'))('$id', (vector) => {
    const got = receive(vector)
    if (vector.expect?.outcome === 'reject') return expectRefusal(vector, got)
    const answer = vector.expect?.respond ?? vector.expect?.if_accepted_respond
    expect(got).toMatchObject({ kind: 'handshake', ack: answer })
  })
})

describe('callbacks', () => {
  test.each(byKind('callback'))('$id', (vector) => {
    const got = receive(vector)
    const wanted = vector.expect
    if (wanted?.must_not_contain) expect(JSON.stringify(got)).not.toContain(wanted.must_not_contain)
    if (wanted?.outcome === 'reject') return expectRefusal(vector, got)
    if (wanted?.outcome === 'either' && got instanceof UnverifiedError) return
    expect(got).toMatchObject({ ack: { status: 200, body: '' } })
    const opened = openCallback(crypto, requestOf(vector))
    if (wanted?.plaintext) expect(opened.text).toBe(wanted.plaintext)
    if (wanted?.parsed) expect(asVector(readXml(opened.text))).toEqual(wanted.parsed)
  })

  test('two vectors have one message id exactly where they have one dedupe key', () => {
    const ids = new Map<string, Set<string>>()
    for (const vector of byKind('callback')) {
      const got = receive(vector)
      const key = vector.expect?.dedupe_key
      if (key === undefined || got instanceof UnverifiedError || got.kind !== 'message') continue
      ids.set(key, (ids.get(key) ?? new Set()).add(got.message.id))
    }
    const all = [...ids.values()].flatMap((set) => [...set])
    expect(all.length).toBe(ids.size)
    expect(new Set(all).size).toBe(ids.size)
  })
})

describe('passive replies', () => {
  test.each(byKind('reply'))('$id is encrypted byte for byte', ({ input, output }) => {
    if (!input || !output) return expect.fail('a reply has input and output')
    const random = Buffer.from(input.random_hex, 'hex')
    const body = sealedReply(crypto, input.plaintext, input.timestamp, input.nonce, random)
    expect(body).toBe(output.body)
    expect(readEnvelope(Buffer.from(body))).toBe(output.encrypt)
    expect(asVector(readXml(crypto.decrypt(output.encrypt ?? '')))).toEqual(input.parsed)
  })

  test.each(byKind('plain_reply'))('$id', ({ output }) => {
    const text = cases.find(({ id }) => id === 'app-text')
    expect(text && receive(text)).toMatchObject({ ack: output })
  })
})

describe('sequences', () => {
  test.each(sequences)('$id', async ({ steps }) => {
    const queued = new Set<string>()
    let isDown = false
    /** Accept in small: store, then acknowledge; a twin is the same message. */
    const accept = async (vector: Vector) => {
      const inbound = receive(vector)
      if (inbound instanceof UnverifiedError) return 'reject'
      if (inbound.kind !== 'message') return inbound.kind
      if (isDown) return 'http_5xx_and_no_dedupe_mark'
      const isNew = !queued.has(inbound.message.id)
      queued.add(inbound.message.id)
      expect(inbound.ack).toEqual({ status: 200, body: '' })
      return isNew ? 'enqueue' : 'duplicate'
    }
    const outcomes: string[] = []
    for (const step of steps) {
      isDown = step.expect === 'http_5xx_and_no_dedupe_mark'
      outcomes.push(await accept(cases.find(({ id }) => id === step.case) ?? expect.fail(step.case)))
    }
    if (steps.every((step) => step.expect === 'one_of_enqueue_duplicate')) {
      expect(outcomes.toSorted()).toEqual(['duplicate', 'enqueue'])
    } else {
      expect(outcomes).toEqual(steps.map((step) => step.expect))
    }
  })
})

test('every vector is run', () => {
  const kinds = new Set(cases.map(({ kind }) => kind))
  expect([...kinds].toSorted()).toEqual(['callback', 'plain_reply', 'reply', 'url_verify'])
  expect(cases.length).toBe(93)
  expect(sequences.length).toBe(7)
})
