import { describe, expect, test } from 'vitest'
import type { Delivered, WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { sized } from '../fakes/sized.ts'
import { allRuns, detailsOf, isQuiet } from './books.ts'
import { aPlace, storeKinds } from './place.ts'
import { sideBySide, tell, timesSeen, until } from './work.ts'

const MESSAGES = sized(150, 1000)
/** So many people that nobody's quota makes them wait. */
const PEOPLE = 250

describe.each(storeKinds)('on the %s store', (kind) => {
  test('messages that are each delivered three times are one run and one answer each', {
    timeout: 300_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator } = place
    const first = await place.start()

    const texts = Array.from({ length: MESSAGES }, (_, number) => `word-${number}`)
    const prepared = texts.map((text, number) => simulator.prepare(`member${number % PEOPLE}`, `demo echo ${text}`))
    const startedAt = performance.now()
    const twice = await sideBySide(prepared, 32, (message) =>
      Promise.all([simulator.post(message), simulator.post(message)]),
    )
    const postedMs = Math.round(performance.now() - startedAt)
    expect(await first.stop()).toBe(0)

    const second = await place.start()
    const again = await sideBySide(prepared, 32, ({ msgId }) => acknowledged(simulator, msgId))
    const refused = [...twice.flat(), ...again.flat()].filter(({ status }) => status !== 200)

    await until(() => isQuiet(second), 120_000, 'all tasks are over and all answers sent')
    const passive = simulator.inbox.filter(({ via }) => via === 'passive').length
    tell({
      kind,
      postedMs,
      refused: refused.map(({ status }) => status),
      seen: simulator.inbox.length,
      passive,
      restartMs: Math.round(second.readyMs),
    })

    expect(timesSeen(simulator.inbox)).toEqual(new Map(texts.map((text) => [text, 1])))
    const runs = await allRuns(second)
    expect(runs.map(({ id }) => id).toSorted()).toEqual(prepared.map(({ msgId }) => `wecom-${msgId}`).toSorted())
    expect(runs.filter(({ state, attempt }) => state !== 'done' || attempt !== 1)).toEqual([])
    const ends = (
      await detailsOf(
        second,
        runs.map(({ id }) => id),
      )
    ).map(({ timeline }) => timeline.filter(({ kind: event }) => event === 'done').length)
    expect(ends).toEqual(runs.map(() => 1))
  })
})

/** Delivers it until it is acknowledged, as the platform does: a busy machine may say "not now". */
async function acknowledged(simulator: WecomSimulator, msgId: string): Promise<Delivered[]> {
  const tries: Delivered[] = []
  do tries.push(await simulator.redeliver(msgId))
  while (tries.at(-1)?.status !== 200 && tries.length < 4)
  return tries
}
