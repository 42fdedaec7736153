import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LookedUp } from '../../../src/channels/channel.ts'
import { lookUp } from '../../../src/channels/onebot/look-up.ts'
import type { Delivery } from '../../../src/core/delivery/delivery.ts'
import { UnavailableError, UnsureError } from '../../../src/core/errors.ts'
import { channelPorts } from '../../fakes/channel-ports.ts'
import { aChannel, aDelivery, anImplementation, soon } from './here.ts'

const inGroup = { chat: 'g20001', chatKind: 'group' } as const
const doubt = (since: number, ...known: string[]) => ({ since, known: new Set(known) })

describe.each(['napcat', 'lagrange', 'go-cqhttp'] as const)('an answer that was lost, with %s', (flavour) => {
  test('is found in the history when it arrived, with its id', async () => {
    const { channel, url } = await aChannel({}, channelPorts(Date.now()))
    const simulator = await anImplementation({ flavour, reverseUrl: url })
    await simulator.connected()
    const question = simulator.sayInGroup('20001', '10001', 'how are you?')
    const deliveries = [
      aDelivery('fine,  thanks\n[CQ:at,qq=all]', { ...inGroup, replyTo: question }),
      aDelivery({ kind: 'text', text: 'and you?', mentions: [{ person: '10001' }] }, inGroup),
      aDelivery({ kind: 'image', media: { source: 'inline', base64: 'aGk=' } }, inGroup),
      aDelivery({ kind: 'file', media: { source: 'inline', base64: 'aGk=' }, name: 'a.txt' }, inGroup),
      aDelivery({ kind: 'native', platform: 'onebot', body: { forward: ['one', 'two'] } }, inGroup),
    ]
    for (const delivery of deliveries) {
      const since = Date.now()
      simulator.misbehave({ answer: 'timeout', times: 1 })
      await expect(channel.send(delivery, soon())).rejects.toThrow(UnsureError)
      const known = simulator.inbox.slice(0, -1).map(({ messageId }) => messageId)
      const found = await channel.can.lookUp?.find(delivery, doubt(since, ...known), soon())
      const { messageId } = simulator.inbox.at(-1) ?? expect.fail('it was said')
      expect(found).toMatchObject({ state: 'sent', receipt: { platformMessageId: messageId } })
    }
  })

  test('is found in the chat with a friend, where the implementation tells of it', async () => {
    const { channel, url } = await aChannel({}, channelPorts(Date.now()))
    const simulator = await anImplementation({ flavour, reverseUrl: url })
    await simulator.connected()
    const since = Date.now()
    await channel.send(aDelivery('hi'), soon())
    const found = await channel.can.lookUp?.find(aDelivery('hi'), doubt(since), soon())
    expect(found?.state).toBe(flavour === 'go-cqhttp' ? 'unknown' : 'sent')
  })
})

describe('a send that cannot be found', () => {
  /** A channel, and what it finds of a delivery whose send began a while ago. */
  async function looking() {
    const ports = channelPorts(Date.now())
    const { channel, url } = await aChannel({}, ports)
    const simulator = await anImplementation({ reverseUrl: url })
    await simulator.connected()
    const look = (delivery: Delivery, since: number, ...known: string[]) =>
      channel.can.lookUp?.find(delivery, doubt(since, ...known), soon())
    return { channel, simulator, look, ports }
  }
  const answer = aDelivery('the answer', inGroup)

  test('may still come, until its time is over', async () => {
    const { look, ports, simulator } = await looking()
    const since = ports.now()
    simulator.sayInGroup('20001', '10001', 'hm?')
    expect(await look(answer, since)).toEqual({ state: 'unclear', lookInMs: 3_000 })
    ports.pass(20_000)
    expect(await look(answer, since)).toEqual({ state: 'unclear', lookInMs: 10_000 })
  })

  test('surely did not arrive when the history shows our words, from before it and none since', async () => {
    const { channel, look, ports, simulator } = await looking()
    const { platformMessageId = '' } = await channel.send(aDelivery('the answer', inGroup), soon())
    ports.pass(120_000)
    const since = ports.now() - 31_000
    expect(await look(answer, since)).toEqual({ state: 'absent' })
    // An earlier word of ours shows as well how far it reaches, whatever the clocks say.
    expect(await look(answer, ports.now() - 120_000, platformMessageId)).toEqual({ state: 'absent' })
    // The same words of another delivery were not taken for it.
    expect(await look(answer, ports.now() - 120_000)).toMatchObject({ state: 'sent' })
    expect(simulator.inbox).toHaveLength(1)
  })

  test('stays unknown when the history shows none of our words, or does not reach back, or another word of ours', async () => {
    const { channel, look, ports, simulator } = await looking()
    const since = ports.now()
    simulator.sayInGroup('20001', '10001', 'hm?')
    ports.pass(31_000)
    expect(await look(answer, since)).toMatchObject({ state: 'unknown', why: expect.stringContaining('enough') })
    await channel.send(aDelivery('said by hand', inGroup), soon())
    expect(await look(answer, since)).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('something else'),
    })
    expect(await look({ ...answer, to: { ...answer.to, thread: '20001' } }, since)).toMatchObject({ state: 'unknown' })
  })

  test('stays unknown when there is no history, and waits while nobody is there to ask', async () => {
    const { look, simulator } = await looking()
    simulator.misbehave({ action: 'get_group_msg_history', answer: 1404, times: 1 })
    expect(await look(answer, 0)).toMatchObject({ state: 'unknown', why: expect.stringContaining('1404') })
    simulator.disconnect({ forGood: true })
    await expect.poll(() => look(answer, 0)?.catch((error: unknown) => error)).toBeInstanceOf(UnavailableError)
  })
})

test('whatever a history says, a delivery is never taken for absent while an unknown word of ours is in it', async () => {
  const since = 1_800_000_000_000
  const message = fc.record({
    message_id: fc.nat(5),
    user_id: fc.constantFrom(3100000001, 10001),
    time: fc.integer({ min: since / 1_000 - 100, max: since / 1_000 + 100 }),
    message: fc.constantFrom('the answer', 'another', [{ type: 'text', data: { text: 'the answer' } }]),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 8 }), fc.nat(100_000), async (messages, ageMs) => {
      const call = async () => ({ status: 'ok', retcode: 0, data: { messages } })
      const ports = { routes: { call }, now: since + ageMs }
      const found: LookedUp = await lookUp(aDelivery('the answer', inGroup), doubt(since, '0'), ports, soon())
      const own = messages.filter(({ user_id: person }) => person === 3100000001)
      const fresh = own.filter(({ time, message_id: its }) => time * 1_000 >= since - 30_000 && its !== 0)
      if (found.state === 'absent') {
        expect(fresh).toEqual([])
        expect(own.length).toBeGreaterThan(0)
        expect(ageMs).toBeGreaterThanOrEqual(30_000)
      }
      if (found.state === 'sent') {
        const ids = fresh.map(({ message_id: its }) => String(its))
        expect(ids).toContain(found.receipt.platformMessageId)
      }
    }),
  )
})
