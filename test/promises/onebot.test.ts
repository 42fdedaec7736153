import { describe, expect, test } from 'vitest'
import { isQuiet } from './books.ts'
import { aPlace, storeKinds } from './place.ts'
import { aQq } from './qq-and-model.ts'
import { answersByPerson, lastDelivery, qqEnv, sayAll } from './qq-talk.ts'
import { tell, until } from './work.ts'

const MESSAGES = 200

describe.each(storeKinds)('on the %s store', (kind) => {
  test('what fifty people say at once in five groups is answered, in order for each', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await place.start({ env: qqEnv })
    const simulator = await aQq(huitou)
    const startedAt = performance.now()
    const said = sayAll(simulator, 0, MESSAGES)
    await until(
      () => simulator.inbox.length >= MESSAGES,
      120_000,
      () => `${simulator.inbox.length} of ${MESSAGES} answers`,
    )
    const answeredMs = Math.round(performance.now() - startedAt)
    await until(() => isQuiet(huitou), 30_000, 'all is over')
    tell({ kind, answeredMs, perSecond: Math.round((MESSAGES * 1_000) / answeredMs) })
    expect(answersByPerson(simulator)).toEqual(said)
  })
})

test('what is said while the store is away is answered when it is back, and what is too much is told', {
  timeout: 120_000,
}, async ({ skip }) => {
  const place = await aPlace('redis')
  if (place?.redis === undefined) return skip('NOT TESTED: no redis-server')
  const huitou = await place.start({ env: { ...qqEnv, HUITOU_CONFIG: 'test/promises/onebot-few.yaml' } })
  const simulator = await aQq(huitou)
  await place.redis.kill9()
  for (let number = 0; number < 15; number++)
    simulator.sayInPrivate(String(10_000 + number), `demo echo word-${number}`)
  // Ten may wait; the others are told past the outbox, which is away as well.
  await until(
    () => simulator.inbox.length >= 5,
    30_000,
    () => `${simulator.inbox.length} were told`,
  )
  expect(simulator.inbox.map(({ text }) => text)).toEqual(
    Array.from({ length: 5 }, () => expect.stringContaining('现在太忙')),
  )
  expect((await fetch(`${huitou.url}/metrics`)).status).toBe(503)
  await place.redis.restart()
  await until(
    () => simulator.inbox.length >= 15,
    60_000,
    () => `${simulator.inbox.length} of 15`,
  )
  const words = simulator.inbox.slice(5).map(({ text }) => text)
  expect(words.toSorted()).toEqual(Array.from({ length: 10 }, (_, number) => `word-${number}`).toSorted())
})

describe.each(storeKinds)('on the %s store', (kind) => {
  test('what a muted bot has to say waits, and goes out when it may speak', { timeout: 60_000 }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await place.start({ env: qqEnv })
    const simulator = await aQq(huitou)
    simulator.mute('20001', 600)
    simulator.sayInGroup('20001', '10001', 'demo echo held')
    simulator.sayInGroup('20002', '10001', 'demo echo elsewhere')
    await simulator.waitFor(({ text }) => text === 'elsewhere', 10_000)
    await until(
      async () => (await lastDelivery(huitou, 'held'))?.why?.includes('muted in group') ?? false,
      10_000,
      'why',
    )
    const liftedAt = Date.now()
    simulator.mute('20001', 0)
    const { at } = await simulator.waitFor(({ text }) => text === 'held', 10_000)
    tell({ kind, outAfterMs: at - liftedAt })
    expect(simulator.inbox.map(({ text }) => text)).toEqual(['elsewhere', 'held'])
  })
})

test('whoever waits for the store when the process is stopped is told to say it again', { timeout: 60_000 }, async ({
  skip,
}) => {
  const place = await aPlace('redis')
  if (place?.redis === undefined) return skip('NOT TESTED: no redis-server')
  const huitou = await place.start({ env: qqEnv })
  const simulator = await aQq(huitou)
  await place.redis.kill9()
  for (const person of ['10001', '10002', '10003']) simulator.sayInPrivate(person, 'demo echo lost')
  await until(
    () => huitou.log.some(({ msg }) => msg === 'the store or its queues report a fault'),
    10_000,
    'it is away',
  )
  await huitou.stop()
  const told = simulator.inbox.filter(({ text }) => text.includes('现在太忙')).map(({ chat }) => Object.values(chat)[0])
  expect(told.toSorted()).toEqual(['10001', '10002', '10003'])
})
