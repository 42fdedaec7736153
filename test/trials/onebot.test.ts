import { describe, expect, test } from 'vitest'
import { isQuiet } from '../promises/books.ts'
import { aPlace, storeKinds } from '../promises/place.ts'
import { aQq } from '../promises/qq-and-model.ts'
import { answersByPerson, lastDelivery, outOfOrder, qqEnv, sayAll, storedTexts } from '../promises/qq-talk.ts'
import { sideBySide, tell, until } from '../promises/work.ts'

const MESSAGES = 1000

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a thousand messages of fifty people in five groups are a thousand answers, in order for each', {
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

  test('killed in the middle, nothing that was said is lost and nothing is said twice', { timeout: 180_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const first = await place.start({ env: qqEnv })
    const simulator = await aQq(first)
    sayAll(simulator, 0, MESSAGES)
    await until(() => simulator.inbox.length >= MESSAGES / 2, 60_000, 'half of the answers')
    await first.kill9()

    const second = await place.start({ env: qqEnv })
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

  test('what QQ leaves unsure is found in the history, or sent again when it is not there, and nothing is read twice', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await place.start({ env: qqEnv })
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
})
