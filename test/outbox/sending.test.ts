import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LookedUp } from '../../src/channels/channel.ts'
import { RejectedError, UnavailableError, UnsureError } from '../../src/core/errors.ts'
import { openSending } from '../../src/outbox/sending.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import type { Permit } from '../../src/store/store.ts'
import { silent } from '../engine/scene-folder.ts'
import { type FakeChannel, fakeChannel } from '../fakes/channel.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let channel: FakeChannel
let now: number
let made = 0
let line: { channel: string; chat: string }
/** What the next looks find. */
let finds: (LookedUp | Error)[]
let looks: { since: number; known: string[] }[]
/** How long the channel says that a send takes. */
let sendMs: number

beforeEach(() => {
  now = 1_800_000_000_000
  finds = []
  looks = []
  sendMs = 0
  channel = fakeChannel({
    id: `qq-${++made}`,
    can: {
      idempotentSends: undefined,
      lookUp: {
        async find(_delivery, { since, known }) {
          looks.push({ since, known: [...known] })
          const found = finds.shift() ?? expect.fail('nobody was to look')
          if (found instanceof Error) throw found
          return found
        },
      },
      slowSends: { sendMs: () => sendMs },
    },
  })
  line = { channel: channel.id, chat: 'g1' }
})

const permit = (): Permit => ({
  now,
  leaseMs: 20_000,
  limits: channel.limits,
  repeatsShowTwice: true,
  looksUp: channel.can.lookUp !== undefined,
})

async function offer(id: string): Promise<string> {
  const delivery = {
    id: `${channel.id}-${id}`,
    to: { ...line, chatKind: 'group' as const },
    part: { kind: 'text' as const, text: id },
    createdAt: now,
    expiresAt: now + 3_600_000,
  }
  await store.outbox.offer([delivery], {})
  return delivery.id
}

/** Takes what stands at the head and sends it, or looks for it; when to look at the line again. */
async function go(): Promise<number | undefined> {
  const taken = await store.outbox.take(line, permit())
  if (taken.state !== 'yours') return expect.fail(JSON.stringify(taken))
  const send = openSending({
    store: store.outbox,
    channelOf: () => channel,
    sendMs: 15_000,
    now: () => now,
    log: silent,
  })
  const { more, lookAt } = await send(line, taken.record)
  return more ? lookAt : undefined
}

function loseAnswers(): void {
  channel.beforeSend = () => {
    throw new UnsureError('no answer', false)
  }
}

describe('a send whose answer was lost', () => {
  test('is looked for, and what is found is sent', async () => {
    const id = await offer('a')
    loseAnswers()
    const begun = now
    expect(await go()).toBe(now + 2_000)
    expect(await store.outbox.find(id)).toMatchObject({ state: 'queued', why: 'no answer', doubtSince: begun })
    finds = [
      { state: 'unclear', lookInMs: 3_000 },
      { state: 'sent', receipt: { platformMessageId: 'm1', sentAt: 1 } },
    ]
    now += 2_000
    expect(await go()).toBe(now + 3_000)
    now += 3_000
    expect(await go()).toBeUndefined()
    expect(await store.outbox.find(id)).toMatchObject({ state: 'sent', receipt: { platformMessageId: 'm1' } })
    expect(looks).toEqual([
      { since: begun, known: [] },
      { since: begun, known: [] },
    ])
    expect(channel.sent).toHaveLength(1)
  })

  test('and surely did not arrive is sent again', async () => {
    const before = await offer('before')
    await go()
    const id = await offer('a')
    loseAnswers()
    await go()
    channel.beforeSend = () => undefined
    finds = [{ state: 'absent' }]
    now += 2_000
    await go()
    expect(looks[0]?.known).toEqual([`p-${before}`])
    await go()
    expect(channel.sent.map(({ id: sent }) => sent)).toEqual([before, id, id])
    expect(await store.outbox.find(id)).toMatchObject({ state: 'sent', maybeTwice: false })
  })

  test('and that nobody can know of is unsure', async () => {
    for (const found of [{ state: 'unknown', why: 'there is no history' } as const, new RejectedError('no')]) {
      const id = await offer(`a-${found.constructor.name}`)
      loseAnswers()
      await go()
      finds = [found]
      now += 2_000
      expect(await go()).toBeUndefined()
      expect(await store.outbox.find(id)).toMatchObject({ state: 'unsure' })
    }
  })

  test('waits while nobody can look, and is given up when looks get no answer for long', async () => {
    const id = await offer('a')
    loseAnswers()
    await go()
    now += 600_000
    finds = [new UnavailableError('no connection')]
    expect(await go()).toBe(now + 5_000)
    now += 5_000
    finds = [new UnsureError('no answer', false)]
    expect(await go()).toBeUndefined()
    expect(await store.outbox.find(id)).toMatchObject({ state: 'unsure', why: expect.stringContaining('no answer') })
  })

  test('by a process that died, is looked for as well', async () => {
    const id = await offer('a')
    const begun = now
    await store.outbox.take(line, permit())
    now += 20_000
    finds = [{ state: 'sent', receipt: { platformMessageId: 'm1', sentAt: 1 } }]
    await go()
    expect(looks).toEqual([{ since: begun, known: [] }])
    expect(channel.sent).toEqual([])
    expect(await store.outbox.find(id)).toMatchObject({ state: 'sent' })
  })
})

describe('a send that takes long', () => {
  test('is given its time, and nobody else takes it meanwhile', async () => {
    sendMs = 100_000
    let rival: unknown
    channel.beforeSend = async () => {
      now += 100_000
      rival = await store.outbox.take(line, permit())
    }
    const id = await offer('upload')
    await go()
    expect(rival).toMatchObject({ state: 'wait' })
    expect(await store.outbox.find(id)).toMatchObject({ state: 'sent', attempts: 1 })
  })

  test('is given five minutes at most', async () => {
    sendMs = 3_600_000
    let until: unknown
    channel.beforeSend = async () => {
      const taken = await store.outbox.take(line, permit())
      until = taken.state === 'wait' && taken.untilMs - now
    }
    await offer('upload')
    await go()
    expect(until).toBe(305_000)
  })
})
