import { expect, test } from 'vitest'
import { connectionProblem } from '../../../src/channels/onebot/doctor.ts'
import { aChannel, aDelivery, anImplementation, soon } from './here.ts'
import { aConfig } from './vectors.ts'

test('we dial, learn whose account it is, hear and answer, and come again after a break', async () => {
  const simulator = await anImplementation({ listens: true })
  const { channel, messages, ports } = await aChannel({ wsUrl: simulator.wsUrl })
  await expect.poll(() => channel.down?.()).toBeUndefined()
  simulator.sayInPrivate('10001', 'hi')
  await expect.poll(() => messages.map(({ from }) => from.account)).toEqual(['3100000001'])
  await channel.send(aDelivery('hello'), soon())
  expect(simulator.inbox).toHaveLength(1)
  expect(ports.logged()).not.toContain('nobody waits for')

  simulator.disconnect()
  await expect.poll(() => channel.down?.()).toBeDefined()
  await expect.poll(() => channel.down?.(), { timeout: 10_000 }).toBeUndefined()
  await channel.send(aDelivery('again'), soon())
  expect(simulator.inbox).toHaveLength(2)
}, 20_000)

test.each(['napcat', 'lagrange'] as const)('a token that %s refuses is told', async (flavour) => {
  const simulator = await anImplementation({ listens: true, flavour, accessToken: 'another-token' })
  const { channel } = await aChannel({ wsUrl: simulator.wsUrl })
  await expect.poll(() => channel.down?.()?.why).toContain('token was refused')
})

test('an account that is not ours to use is not used', async () => {
  const simulator = await anImplementation({ listens: true })
  const { channel } = await aChannel({ wsUrl: simulator.wsUrl, accounts: ['999999'] })
  await expect.poll(() => channel.down?.()?.why).toContain('3100000001 is not configured')
})

test('the doctor tells whether the ways that we go work', async () => {
  const simulator = await anImplementation({ listens: true })
  const { wsUrl, httpUrl } = simulator
  expect(await connectionProblem(aConfig())).toBeUndefined()
  expect(await connectionProblem(aConfig({ wsUrl, httpUrl }))).toBeUndefined()
  expect(await connectionProblem(aConfig({ httpUrl, accessToken: 'another-token' }))).toContain('token was refused')
  expect(await connectionProblem(aConfig({ wsUrl: 'ws://127.0.0.1:9' }))).toContain('is it running')
})
