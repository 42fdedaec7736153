import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Delivered, WecomSimulator } from '../../src/simulators/wecom/index.ts'
import type { Huitou } from '../fakes/huitou.ts'
import type { RedisServer } from '../fakes/redis-server.ts'
import { allRuns, detailsOf, isQuiet } from '../promises/books.ts'
import { aPlace } from '../promises/place.ts'
import { sideBySide, tell, timesSeen, until } from '../promises/work.ts'

/*
 * On the Redis store alone: the embedded one lives in the process and goes away with it. What it does on a full disk stands in
 * test/store/embedded-kill.test.ts.
 */

const AWAY_MS = 10_000
const EVERY_MS = 50
const walkers = ['walker-1', 'walker-2', 'walker-3']

const ways: { how: string; away(redis: RedisServer): unknown; back(redis: RedisServer): unknown }[] = [
  { how: 'frozen', away: (redis) => redis.pause(), back: (redis) => redis.resume() },
  { how: 'killed', away: (redis) => redis.kill9(), back: (redis) => redis.restart() },
]

describe('Redis is away for 10 s under load', () => {
  test.for(ways)(
    '$how: callbacks are refused at once, and every message runs once and is answered when it is back',
    {
      timeout: 300_000,
    },
    async ({ how, away, back }, { skip }) => {
      const place = await aPlace('redis', { apart: true })
      if (place?.redis === undefined) return skip('NOT TESTED: no redis-server')
      const { simulator, redis } = place
      const huitou = await place.start({ isAsShipped: true })
      const load = steadyLoad(simulator)
      await wait(2_000)
      const walks = await sideBySide(walkers, walkers.length, (walker) => simulator.say(walker, 'demo steps 25'))
      await wait(1_000)

      const awayAt = Date.now()
      await away(redis)
      await until(async () => (await statusOf(huitou, '/readyz')) === 503, 5_000, '/readyz tells it')
      await wait(awayAt + AWAY_MS - Date.now())
      expect(await statusOf(huitou, '/healthz')).toBe(200)
      const backAt = Date.now()
      await back(redis)
      await until(async () => (await statusOf(huitou, '/readyz')) === 200, 15_000, '/readyz tells it is back')
      const readyAfterMs = Date.now() - backAt
      await wait(3_000)

      const sent = await load.stop()
      const unanswered = () => {
        const times = timesSeen(simulator.inbox)
        return sent.filter(({ text }) => !times.has(text)).map(({ text }) => text)
      }
      await until(
        async () => unanswered().length === 0 && (await isQuiet(huitou)),
        120_000,
        () => `unanswered are ${unanswered()}`,
      )
      const quietAfterMs = Date.now() - backAt

      const tries = sent.flatMap(({ answers }) => answers)
      const refused = tries.filter(({ status }) => status === 503).map(({ ackMs }) => Math.round(ackMs))
      const runs = await allRuns(huitou)
      const echoed = runs.filter(({ command }) => command === 'demo echo').map(({ id }) => id)
      const details = await detailsOf(huitou, echoed)
      const maybeTwice = details.filter(({ deliveries }) => deliveries.some((each) => each.maybeTwice))
      const seenTwice = [...timesSeen(simulator.inbox)]
        .filter(([text, times]) => text.startsWith('word-') && times > 1)
        .map(([text]) => text)
      tell({
        how,
        sent: sent.length,
        refused: refused.length,
        slowestRefusalMs: Math.max(...refused),
        refusedWithinASecond: refused.filter((ms) => ms < 1_000).length,
        readyAfterMs,
        quietAfterMs,
        maybeTwice: maybeTwice.length,
        seenTwice: seenTwice.length,
      })

      // What was under way waits for the store instead of beginning again.
      const walked = await detailsOf(
        huitou,
        walks.map(({ msgId }) => `wecom-${msgId}`),
      )
      const done = { state: 'done', attempt: 1 }
      expect(walked.map(({ state, attempt }) => ({ state, attempt }))).toEqual(walkers.map(() => done))
      for (const walker of walkers) {
        const read = simulator.inboxOf(walker).map(({ text }) => text)
        expect(read).toEqual([expect.stringContaining('已收到'), '25 步都走完了。'])
      }
      expect(tries.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
      expect(refused.length).toBeGreaterThan(50)
      // Within a second, but for what a busy machine makes of it.
      expect(refused.toSorted((a, b) => a - b)[Math.floor(refused.length / 2)]).toBeLessThan(1_000)
      expect(details.map(({ text }) => text).toSorted()).toEqual(sent.map(({ text }) => `demo echo ${text}`).toSorted())
      const ends = details.map(({ timeline }) => timeline.filter(({ kind }) => kind === 'done').length)
      expect(ends).toEqual(sent.map(() => 1))
      const excused = new Set(maybeTwice.map(({ text }) => text))
      expect(seenTwice.filter((text) => !excused.has(`demo echo ${text}`))).toEqual([])
    },
  )
})

test('Redis is away at the start: processes wait for it, say so, and work when it comes', {
  timeout: 120_000,
}, async ({ skip }) => {
  const place = await aPlace('redis', { redisDown: true, apart: true })
  if (place?.redis === undefined) return skip('NOT TESTED: no redis-server')
  const { simulator, redis } = place
  // Without a password one is made in the store, which must wait, too.
  const env = { ADMIN_PASSWORD: '' }
  const [huitou, worker] = await Promise.all([
    place.start({ part: 'serve', env, isAsShipped: true }),
    place.start({ part: 'work', env, isAsShipped: true }),
  ])
  expect(await statusOf(huitou, '/healthz')).toBe(200)
  expect(await statusOf(huitou, '/readyz')).toBe(503)
  const refused = await simulator.say('zhangsan', 'demo echo early', { redeliveries: 0 })
  expect(refused.status).toBe(503)

  await redis.restart()
  await until(async () => (await statusOf(huitou, '/readyz')) === 200, 15_000, '/readyz tells it is there')
  await until(async () => (await simulator.redeliver(refused.msgId)).status === 200, 15_000, 'callbacks are taken')
  await simulator.waitFor(({ text }) => text === 'early', 30_000)
  const { msgId } = await simulator.say('lisi', 'demo sleep 60')
  const id = `wecom-${msgId}`
  await until(async () => (await detailsOf(huitou, [id]))[0]?.state === 'running', 30_000, 'a long task runs')
  // The signals between processes work too.
  await simulator.say('lisi', 'cancel 2')
  await until(async () => (await detailsOf(huitou, [id]))[0]?.state === 'cancelled', 30_000, 'it is cancelled')
  expect(timesSeen(simulator.inbox).get('early')).toBe(1)
  expect(await Promise.all([huitou.stop(), worker.stop()])).toEqual([0, 0])
})

async function statusOf(huitou: Huitou, path: string): Promise<number> {
  return (await huitou.api(path)).status
}

interface Sent {
  text: string
  answers: Delivered[]
}

/** Twenty messages a second, each from a person of its own, sent again each second until it is acknowledged. */
function steadyLoad(simulator: WecomSimulator) {
  const underWay: Promise<Sent>[] = []
  async function say(text: string): Promise<Sent> {
    const answers = [await simulator.say(`member-${text}`, `demo echo ${text}`, { redeliveries: 0 })]
    for (let last = answers[0]; last !== undefined && last.status !== 200 && answers.length < 60; ) {
      await wait(1_000)
      last = await simulator.redeliver(last.msgId)
      answers.push(last)
    }
    return { text, answers }
  }
  const timer = setInterval(() => underWay.push(say(`word-${underWay.length}`)), EVERY_MS)
  return {
    /** Resolves once every message is acknowledged. */
    stop(): Promise<Sent[]> {
      clearInterval(timer)
      return Promise.all(underWay)
    },
  }
}
