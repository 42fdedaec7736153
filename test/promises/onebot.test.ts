import { describe, expect, test } from 'vitest'
import type { DeliveryRecord } from '../../src/core/delivery.ts'
import { taskDetailSchema, taskListSchema } from '../../src/dashboard/api/shapes.ts'
import type { OnebotSimulator } from '../../src/simulators/onebot/index.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { isQuiet } from './books.ts'
import { aPlace, storeKinds } from './place.ts'
import { aQq, QQ_TOKEN } from './qq-and-model.ts'
import { sideBySide, tell, until } from './work.ts'

const MESSAGES = 1000
const GROUPS = 5
const PEOPLE = 50

const env = {
  ONEBOT_ACCESS_TOKEN: QQ_TOKEN,
  HUITOU_CONFIG: 'test/promises/onebot.yaml',
}

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a thousand messages of fifty people in five groups are a thousand answers, in order for each', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await place.start({ env })
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

  test('killed in the middle, nothing that was said is lost and nothing is said twice', { timeout: 180_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const first = await place.start({ env })
    const simulator = await aQq(first)
    sayAll(simulator, 0, MESSAGES)
    await until(() => simulator.inbox.length >= MESSAGES / 2, 60_000, 'half of the answers')
    await first.kill9()

    const second = await place.start({ env })
    simulator.connectTo(`${second.url}/in/onebot`)
    await simulator.connected()
    // What had not reached us is read again from the groups.
    await until(async () => (await storedTexts(second.api)).size >= MESSAGES, 60_000, 'all are stored')
    await until(() => isQuiet(second), 120_000, 'all are answered')
    const texts = simulator.inbox.map(({ text }) => text)
    const twice = texts.filter((text, place) => texts.indexOf(text) !== place)
    const stored = await storedTexts(second.api)
    const unanswered = [...stored].filter(([text]) => !texts.includes(text))
    tell({ kind, stored: stored.size, answered: texts.length, unsure: unanswered.length, order: outOfOrder(simulator) })
    expect(twice).toEqual([])
    expect(outOfOrder(simulator)).toBe(0)
    // Whose process died while it was sent is told to be unsure: it may or may not have been read, and is not said again.
    for (const [, id] of unanswered) {
      const { deliveries } = await (await second.api(`/api/tasks/${id}`)).json()
      expect(deliveries.map(({ state }: { state: string }) => state)).toEqual(['unsure'])
    }
    await sideBySide([1, 2, 3], 3, async (number) => {
      simulator.sayInPrivate('10001', `demo echo again-${number}`)
      await simulator.waitFor(({ text }) => text === `again-${number}`, 10_000)
    })
  })
})

test('what is said while the store is away is answered when it is back, and what is too much is told', {
  timeout: 120_000,
}, async ({ skip }) => {
  const place = await aPlace('redis')
  if (place?.redis === undefined) return skip('NOT TESTED: no redis-server')
  const huitou = await place.start({ env: { ...env, HUITOU_CONFIG: 'test/promises/onebot-few.yaml' } })
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

describe.each(storeKinds)('what QQ leaves unsure, on the %s store,', (kind) => {
  test('is found in the history, or sent again when it is not there, and nothing is read twice', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await place.start({ env })
    const simulator = await aQq(huitou)
    simulator.sayInGroup('20001', '10001', 'demo echo first')
    await simulator.waitFor(({ text }) => text === 'first', 10_000)
    simulator.misbehave({ action: 'send_group_msg', answer: 'timeout', times: 1 })
    simulator.sayInGroup('20001', '10001', 'demo echo arrived')
    await simulator.waitFor(({ text }) => text === 'arrived', 10_000)
    await until(() => isQuiet(huitou).catch(() => false), 20_000, 'it is found')
    simulator.misbehave({ action: 'send_group_msg', answer: 'timeout', isLost: true, times: 1 })
    const lostAt = Date.now()
    simulator.sayInGroup('20001', '10001', 'demo echo lost')
    await until(async () => (await lastDelivery(huitou, 'lost'))?.doubtSince !== undefined, 10_000, 'it is looked for')
    await until(async () => (await lastDelivery(huitou, 'lost'))?.state === 'sent', 80_000, 'it is sent again')
    tell({ kind, sentAgainAfterMs: Date.now() - lostAt })
    const arrived = await lastDelivery(huitou, 'arrived')
    const { messageId } = simulator.inbox[1] ?? {}
    expect(arrived).toMatchObject({ state: 'sent', receipt: { platformMessageId: messageId } })
    expect(simulator.inbox.map(({ text }) => text)).toEqual(['first', 'arrived', 'lost'])
  })

  test('and what a muted bot has to say waits, and goes out when it may speak', { timeout: 60_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await place.start({ env })
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
  const huitou = await place.start({ env })
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

/** The delivery of the answer to `demo echo <word>`, as the API tells it. */
async function lastDelivery(huitou: Huitou, word: string): Promise<DeliveryRecord | undefined> {
  const response = await huitou.api(`/api/tasks?q=${word}`)
  if (!response.ok) return undefined
  const [task] = taskListSchema.parse(await response.json()).tasks
  const detail = task && (await huitou.api(`/api/tasks/${task.id}`))
  return detail?.ok ? taskDetailSchema.parse(await detail.json()).deliveries.at(-1) : undefined
}

const personOf = (number: number): string => String(10_000 + (number % PEOPLE))
const groupOf = (number: number): string => String(20_000 + ((number % PEOPLE) % GROUPS))

/** Everybody speaks at once; what each is to be answered, in its order. */
function sayAll(simulator: OnebotSimulator, from: number, to: number): Record<string, string[]> {
  const said: Record<string, string[]> = {}
  for (let number = from; number < to; number++) {
    const person = personOf(number)
    const text = `${person}-${number}`
    simulator.sayInGroup(groupOf(number), person, `demo echo ${text}`)
    said[person] = [...(said[person] ?? []), text]
  }
  return said
}

function answersByPerson({ inbox }: OnebotSimulator): Record<string, string[]> {
  const answers: Record<string, string[]> = {}
  for (const { text } of inbox) {
    const person = text.split('-')[0] ?? ''
    answers[person] = [...(answers[person] ?? []), text]
  }
  return answers
}

/** How many answers came after a later one of the same person. */
function outOfOrder(simulator: OnebotSimulator): number {
  return Object.values(answersByPerson(simulator)).reduce((sum, texts) => {
    const numbers = texts.map((text) => Number(text.split('-')[1]))
    return sum + numbers.filter((number, place) => numbers.slice(0, place).some((before) => before > number)).length
  }, 0)
}

/** What every stored task echoes, with its id. */
async function storedTexts(api: (path: string) => Promise<Response>): Promise<Map<string, string>> {
  const stored = new Map<string, string>()
  let before = ''
  for (;;) {
    const page = await api(`/api/tasks?limit=200${before}`)
    // A store that is busy with its start refuses lists.
    if (!page.ok) return new Map()
    const { tasks, next } = await page.json()
    for (const { id, text } of tasks) stored.set(text.replace('demo echo ', ''), id)
    if (next === undefined) return stored
    before = `&before=${next}`
  }
}
