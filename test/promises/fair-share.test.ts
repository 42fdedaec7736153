import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sized } from '../fakes/sized.ts'
import { allRuns, overviewOf } from './books.ts'
import { type Company, openCompany } from './company.ts'
import { storeKinds } from './place.ts'
import { sideBySide, tell } from './work.ts'

const FLOOD = sized(200, 1_000)
const AT_ONCE = 2

describe.each(storeKinds)('many tasks of one person on %s', (store) => {
  let company: Company | undefined
  beforeAll(async () => {
    company = await openCompany({
      store,
      env: { SCENE_DIRS: 'test/fixtures/scenes,src/scenes' },
      config: {
        lanes: { long: { concurrency: AT_ONCE }, short: { concurrency: AT_ONCE } },
        channels: [{ id: 'wecom', platform: 'wecom-app', replyWithinMs: 0 }],
        limits: { drainMs: 0, graceMs: 100 },
      },
    })
  })
  afterAll(() => company?.close())

  test.each([
    ['long', 'trouble nap 300'],
    ['short', 'trouble quick 300'],
  ])(
    "delay another's one by no more than what runs and one, in the %s lane",
    async (lane, command) => {
      if (company === undefined) return
      const { wecom, huitou } = company
      const [many, one] = [`many-${lane}`, `one-${lane}`]
      const acks = await sideBySide([...Array(FLOOD).keys()], 25, (index) => wecom.say(many, `${command} ${index}`))
      expect(acks.every(({ status }) => status === 200)).toBe(true)
      if (lane === 'long') expect(acks.at(-1)?.reply?.content).toMatch(/前面还有 \d+ 个/)
      const { lanes } = await overviewOf(huitou)
      expect(lanes.find(({ name }) => name === lane)?.waiting).toBeGreaterThan(FLOOD / 4)

      const asked: { msgId: string; storedAt: number }[] = []
      for (let index = 0; index < 4; index++) {
        const { msgId } = await wecom.say(one, `${command} ${index}`)
        asked.push({ msgId, storedAt: Date.now() })
      }
      const tasks: { startedAt: number; storedAt: number }[] = []
      for (const { msgId, storedAt } of asked) {
        const { startedAt = 0 } = await company.ended(msgId, 60_000)
        tasks.push({ startedAt, storedAt })
      }
      const [first] = tasks
      if (first === undefined) throw new Error('four were sent')
      const begun = (await allRuns(huitou)).flatMap(({ sender, startedAt }) =>
        sender.id === many && startedAt !== undefined ? [startedAt] : [],
      )
      const overtaking = begun.filter((at) => at > first.storedAt && at < first.startedAt)
      const ackMs = acks.map((ack) => ack.ackMs).toSorted((a, b) => a - b)
      tell({
        store,
        lane,
        begunBefore: overtaking.length,
        begun: begun.length,
        waitedMs: first.startedAt - first.storedAt,
        medianAckMs: ackMs[FLOOD / 2],
        slowestAckMs: ackMs.at(-1),
      })
      expect(overtaking.length).toBeLessThanOrEqual(AT_ONCE + 1)
      // Their own order is kept, and the crowd goes on between them.
      expect(tasks.map(({ startedAt }) => startedAt)).toEqual(
        tasks.map(({ startedAt }) => startedAt).toSorted((a, b) => a - b),
      )
      expect(begun.length).toBeLessThan(FLOOD)
    },
    180_000,
  )
})
