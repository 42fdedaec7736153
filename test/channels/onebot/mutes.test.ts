import { describe, expect, test } from 'vitest'
import { QuotaError, RejectedError } from '../../../src/core/errors.ts'
import { channelPorts } from '../../fakes/channel-ports.ts'
import { aChannel, aDelivery, anImplementation, soon } from './here.ts'

const inGroup = { chat: 'g20001', chatKind: 'group' } as const
const answer = aDelivery('the answer', inGroup)
const self = '3100000001'
const group = (role: 'admin' | 'member') => ({ id: '20001', name: 'g', members: [{ id: self, name: 'bot', role }] })

async function aGroup(flavour: 'napcat' | 'lagrange' | 'go-cqhttp' = 'napcat', role: 'admin' | 'member' = 'member') {
  const ports = channelPorts(Date.now())
  const here = await aChannel({}, ports)
  const simulator = await anImplementation({ flavour, reverseUrl: here.url, groups: [group(role)] })
  await simulator.connected()
  const send = async (): Promise<unknown> => here.channel.send(answer, soon()).catch((error: unknown) => error)
  return { ...here, simulator, send }
}

describe('a mute that is told', () => {
  test('holds what is to be said in the group, without asking, until its end', async () => {
    const { simulator, send, ports } = await aGroup()
    simulator.mute('20001', 300)
    await expect.poll(() => ports.logged()).toContain('the right to speak in a group changed')
    const fault = await send()
    expect(fault).toBeInstanceOf(QuotaError)
    expect(fault).toMatchObject({
      scope: 'chat',
      pauseMs: 300_000,
      message: expect.stringContaining('muted in group 20001'),
    })
    expect(simulator.calls).toEqual([])
    simulator.mute('20001', 0)
    await expect.poll(() => ports.reopened).toEqual(['qq g20001'])
    expect(await send()).toMatchObject({ platformMessageId: expect.any(String) })
  })

  test('that lasts for days is looked at again sooner, since the end may not be told', async () => {
    const { simulator, send } = await aGroup()
    simulator.mute('20001', 30 * 86_400)
    await expect.poll(send).toMatchObject({ scope: 'chat', pauseMs: 600_000 })
  })

  test('of others, or of another group, holds nothing', async () => {
    const { simulator, send, ports } = await aGroup()
    simulator.mute('20001', 300, '10001')
    simulator.mute('20002', 300)
    await expect.poll(() => ports.logged()).toContain('20002')
    expect(await send()).toMatchObject({ platformMessageId: expect.any(String) })
  })

  test('of the whole group holds until it is lifted, but not for an admin', async () => {
    const member = await aGroup('napcat', 'member')
    member.simulator.mute('20001', 1, 'all')
    await expect.poll(member.send).toMatchObject({ message: expect.stringContaining('until it is lifted') })
    member.simulator.mute('20001', 0, 'all')
    await expect.poll(member.send).toMatchObject({ platformMessageId: expect.any(String) })
    const admin = await aGroup('napcat', 'admin')
    admin.simulator.mute('20001', 1, 'all')
    await expect.poll(() => admin.ports.reopened).toEqual(['qq g20001'])
    expect(await admin.send()).toMatchObject({ platformMessageId: expect.any(String) })
  })
})

test('while it is asked whether the bot is an admin of a silenced group, nothing it says is held', async () => {
  const { simulator, send, ports } = await aGroup('napcat', 'admin')
  simulator.misbehave({ action: 'get_group_member_info', delayMs: 200 })
  simulator.mute('20001', 1, 'all')
  await expect.poll(() => ports.logged()).toContain('the right to speak in a group changed')
  expect(await send()).toMatchObject({ platformMessageId: expect.any(String) })
  expect(ports.reopened).toEqual([])
  await expect.poll(() => ports.reopened).toEqual(['qq g20001'])
})

test('a mute of the whole group that is lifted while it is asked about holds nothing afterwards', async () => {
  const { simulator, send, channel, ports } = await aGroup('napcat', 'member')
  simulator.misbehave({ action: 'get_group_member_info', delayMs: 200 })
  simulator.mute('20001', 1, 'all')
  simulator.mute('20001', 0, 'all')
  await expect.poll(() => ports.reopened).toEqual(['qq g20001'])
  // Asked about later, so answered later.
  simulator.mute('20002', 1, 'all')
  const elsewhere = aDelivery('the answer', { ...inGroup, chat: 'g20002' })
  await expect.poll(() => channel.send(elsewhere, soon()).catch((error: unknown) => error)).toBeInstanceOf(QuotaError)
  expect(await send()).toMatchObject({ platformMessageId: expect.any(String) })
})

test.for(['napcat', 'lagrange'] as const)(
  'a refusal because of a mute that nobody told waits for its end (%s)',
  async (flavour) => {
    const { simulator, send, ports } = await aGroup(flavour)
    simulator.disconnect()
    simulator.mute('20001', 300)
    await expect.poll(() => simulator.connected().then(() => true)).toBe(true)
    const fault = await expect.poll(send).toBeInstanceOf(QuotaError).then(send)
    expect(fault).toMatchObject({ scope: 'chat', message: expect.stringContaining('muted in group 20001 until 20') })
    expect((fault as QuotaError).pauseMs).toBeGreaterThan(290_000)
    expect(ports.logged()).not.toContain('the right to speak')
  },
)

test('nobody can be muted in private: the same code is a refusal there', async () => {
  const { channel, simulator } = await aGroup('lagrange')
  simulator.misbehave({ action: 'send_private_msg', answer: 120 })
  await expect(channel.send(aDelivery('hi'), soon())).rejects.toThrow(RejectedError)
})
