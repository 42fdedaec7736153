import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import { taskDetailSchema } from '../../src/dashboard/api/shapes.ts'
import { startWecomSimulator, type WecomSimulator } from '../../src/simulators/wecom/index.ts'
import type { Misbehaviour } from '../../src/simulators/wecom/misbehaviour.ts'
import { type Huitou, scratchDir, startHuitou } from '../fakes/huitou.ts'
import { sideBySide, tell, until } from '../promises/work.ts'

const SEND = '/cgi-bin/message/send'
const BAD_MS = 30_000
const MINUTE_MS = 60_000
const members = ['zhangsan', 'lisi', 'wangwu']
const EACH = 6

/** One platform each, which all go wrong at the same time; `quiet`: nothing is called while the account is closed. */
const platforms: readonly { id: string; rules: readonly Misbehaviour[]; quiet?: boolean }[] = [
  { id: 'frequent', rules: [{ path: SEND, answer: 45009 }], quiet: true },
  { id: 'expired', rules: [{ path: SEND, answer: 42001 }], quiet: true },
  { id: 'invalid', rules: [{ path: SEND, answer: 40014 }], quiet: true },
  { id: 'busy', rules: [{ path: SEND, answer: -1 }] },
  { id: 'broken', rules: [{ path: SEND, answer: 'http-500' }] },
  { id: 'cut-before', rules: [{ path: SEND, answer: 'cut-before' }] },
  { id: 'cut-after', rules: [{ path: SEND, answer: 'cut-after' }] },
  { id: 'hang', rules: [{ path: SEND, answer: 'hang' }] },
  { id: 'no-token', rules: [{ path: '/cgi-bin/gettoken', answer: -1 }] },
  {
    id: 'mixed',
    rules: [
      { path: SEND, answer: 'cut-after', probability: 0.3 },
      { path: SEND, answer: 'http-500', probability: 0.3 },
    ],
  },
  { id: 'flood', rules: [] },
]

// They all wait, so they wait together.
vi.setConfig({ maxConcurrency: platforms.length })

describe.concurrent('a platform that goes wrong for 30 s', () => {
  let huitou: Huitou
  let remove: () => Promise<void>
  const simulators = new Map<string, WecomSimulator>()
  const of = (id: string): WecomSimulator => {
    const found = simulators.get(id)
    if (found === undefined) throw new Error(`there is no simulator ${id}`)
    return found
  }

  const hasEnded = async (taskId: string): Promise<boolean> => {
    const response = await huitou.api(`/api/tasks/${taskId}`)
    return response.ok && taskDetailSchema.parse(await response.json()).endedAt !== undefined
  }

  beforeAll(async () => {
    const scratch = await scratchDir()
    remove = scratch.remove
    for (const { id } of platforms) simulators.set(id, await startWecomSimulator())
    const channels = [...simulators].map(([id, { credentials, url }]) => ({
      id,
      platform: 'wecom-app',
      ...credentials,
      apiBaseUrl: url,
      replyWithinMs: 0,
    }))
    await writeFile(join(scratch.dir, 'huitou.yaml'), JSON.stringify({ channels }))
    huitou = await startHuitou({ dataDir: scratch.dir, env: { HUITOU_CONFIG: join(scratch.dir, 'huitou.yaml') } })
    for (const [id, simulator] of simulators) simulator.setCallback(`${huitou.url}/in/${id}`)
  })
  afterAll(async () => {
    await huitou.stop()
    await Promise.all([...simulators.values()].map((simulator) => simulator.close()))
    await remove()
  })

  test.for(platforms.filter(({ rules }) => rules.length > 0))(
    '$id: every answer arrives afterwards, once and in order',
    { timeout: 180_000 },
    async ({ id, rules, quiet = false }, { expect }) => {
      const simulator = of(id)
      const startedAt = Date.now()
      for (const rule of rules) simulator.misbehave({ ...rule, untilMs: startedAt + BAD_MS })
      await sideBySide(members, members.length, async (member) => {
        for (let index = 1; index <= EACH; index++) {
          const { status, msgId } = await simulator.say(member, `demo echo ${member} ${index}`)
          expect(status).toBe(200)
          // Its answer is stored when it has ended, so theirs is the order of the answers.
          await until(() => hasEnded(`${id}-${msgId}`), 20_000, `the end of ${member} ${index}`)
        }
      })

      if (quiet) {
        const calls = (): number => Object.values(simulator.calls[SEND] ?? {}).reduce((sum, count) => sum + count, 0)
        await until(() => calls() > 0, 10_000, 'the first send')
        const before = calls()
        // A pause closes the account for a minute from the verdict on; what was under way by then is not called back.
        while (Date.now() < startedAt + BAD_MS) {
          await wait(500)
          expect(calls()).toBe(before)
        }
        expect(before).toBeLessThanOrEqual(2 * members.length)
      }

      const awaited = members.length * EACH
      await until(
        () => simulator.inbox.length >= awaited,
        150_000,
        () => `${simulator.inbox.length} of ${awaited}`,
      )
      tell({
        id,
        healedAfterMs: Math.max(...simulator.inbox.map(({ at }) => at)) - startedAt - BAD_MS,
        calls: simulator.calls[SEND],
      })
      for (const member of members) {
        expect(simulator.inboxOf(member).map(({ text }) => text)).toEqual(
          Array.from({ length: EACH }, (_, index) => `${member} ${index + 1}`),
        )
      }
      expect(simulator.quotaOverruns).toBe(0)
    },
  )

  test('of 60 answers at once to one member 28 go out a minute, and the platform drops none', {
    timeout: 180_000,
  }, async ({ expect }) => {
    const simulator = of('flood')
    // The first call of all fetches the token, and so arrives later than it was counted.
    await simulator.say('lisi', 'demo echo 你好')
    await simulator.waitFor(({ to }) => to === 'lisi', 30_000)
    const pushes = Array.from({ length: 60 }, (_, index) => `push ${index + 1}`)
    const statuses = await sideBySide(pushes, 1, async (text) => {
      const body = JSON.stringify({ to: { channel: 'flood', chat: 'zhangsan' }, text })
      return (await huitou.api('/api/messages', { method: 'POST', body })).status
    })
    expect(new Set(statuses)).toEqual(new Set([202]))
    await until(
      () => simulator.inbox.length >= 57,
      90_000,
      () => `${simulator.inbox.length} of 56`,
    )

    const inbox = simulator.inboxOf('zhangsan')
    expect(inbox.map(({ text }) => text)).toEqual(pushes.slice(0, inbox.length))
    const busiest = Math.max(...inbox.map(({ at }) => inbox.filter((e) => e.at > at - MINUTE_MS && e.at <= at).length))
    tell({ busiestMinute: busiest, arrived: inbox.length })
    expect(busiest).toBeLessThanOrEqual(28)
    expect(inbox.filter(({ at }) => at < (inbox[0]?.at ?? 0) + MINUTE_MS - 1_000)).toHaveLength(28)
    expect(simulator.quotaOverruns).toBe(0)
  })
})
