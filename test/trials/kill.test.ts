import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import type { Delivered, WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { seed } from '../fakes/sized.ts'
import { detailsOf, isQuiet } from '../promises/books.ts'
import { aPlace, storeKinds } from '../promises/place.ts'
import { seeded, tell, until } from '../promises/work.ts'

/** Of each store: the moments that matter are hit one by one in `moments.ts`; these are for those that nobody thought of. */
const KILLS = 15
/** Every sixth kill comes while the process starts, the others while it works. */
const WHILE_STARTING = 6
const MOST_ACKNOWLEDGED = 60
const EVERY_MS = 25
const PEOPLE = 200

describe.each(storeKinds)('on the %s store', (kind) => {
  test('kills at random moments under load lose nothing that was acknowledged and double nothing unsaid', {
    timeout: 600_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: true, seed, redeliverAfterMs: 1_500 })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator } = place
    const random = seeded(seed)
    const load = steadyLoad(simulator)
    const startedAt = performance.now()

    for (let kill = 1; kill <= KILLS; kill++) {
      if (kill % WHILE_STARTING === 0) {
        const starting = place.start({ signal: AbortSignal.timeout(100 + Math.round(random() * 1_500)) })
        await starting.then((huitou) => huitou.kill9()).catch(() => undefined)
        continue
      }
      const huitou = await place.start()
      load.go()
      // So many are acknowledged before, however slow the machine is; then any moment will do.
      await load.acknowledgements(Math.round(random() * MOST_ACKNOWLEDGED)).catch(() => undefined)
      await wait(random() * 200)
      await huitou.kill9()
      load.pause()
    }
    const killingMs = Math.round(performance.now() - startedAt)

    const last = await place.start()
    const sent = await load.ended()
    const acknowledged = sent.filter(({ delivered }) => delivered.answers.includes(200))
    const answersTo = ({ chat, answer }: Said) =>
      simulator.inboxOf(chat).filter(({ text }) => (answer === undefined ? !isNotice(text) : text === answer))
    const unanswered = () => acknowledged.filter((message) => answersTo(message).length === 0)
    await until(
      async () => unanswered().length === 0 && (await isQuiet(last)),
      150_000,
      () => `${unanswered().length} of ${acknowledged.length} unanswered`,
    )

    const twice = sent.filter((message) => answersTo(message).length > 1)
    const details = await detailsOf(
      last,
      acknowledged.map(({ delivered }) => `wecom-${delivered.msgId}`),
    )
    const maybeTwice = new Set(details.filter(isMaybeTwice).map(({ id }) => id))
    tell({
      kind,
      killingMs,
      sent: sent.length,
      acknowledged: acknowledged.length,
      seenTwice: twice.length,
      maybeTwice: maybeTwice.size,
      attempts: countBy(details, ({ attempt }) => attempt),
      lastStartMs: Math.round(last.readyMs),
      allMs: Math.round(performance.now() - startedAt),
    })

    expect(
      details.filter(({ state }) => state !== 'done').map(({ state, why, text }) => ({ state, why, text })),
    ).toEqual([])
    expect(twice.filter(({ delivered }) => !maybeTwice.has(`wecom-${delivered.msgId}`))).toEqual([])
    expect(details.flatMap(repeatedSteps)).toEqual([])
  })
})

interface Said {
  chat: string
  /** What the answer says; undefined where any words but the notice's are it, because its chat has no other message. */
  answer: string | undefined
  delivered: Delivered
}

/** Forty messages a second, from many people; mostly short ones. */
function steadyLoad(simulator: WecomSimulator) {
  const underWay: Promise<Said>[] = []
  let timer: NodeJS.Timeout | undefined
  let acknowledged = 0
  function say(): void {
    const number = underWay.length
    const kind = number % 10
    const [chat, text, answer] =
      kind === 3
        ? [`walker${number}`, 'demo steps 3', undefined]
        : kind === 7
          ? [`sleeper${number}`, 'demo sleep 1', undefined]
          : [`member${number % PEOPLE}`, `demo echo word-${number}`, `word-${number}`]
    underWay.push(
      simulator.say(chat, text).then((delivered) => {
        if (delivered.status === 200) acknowledged += 1
        return { chat, answer, delivered }
      }),
    )
  }
  return {
    go(): void {
      timer = setInterval(say, EVERY_MS)
    },
    pause(): void {
      clearInterval(timer)
    },
    /** Resolves after so many more acknowledgements. */
    acknowledgements(count: number): Promise<void> {
      const enough = acknowledged + count
      return until(() => acknowledged >= enough, 10_000, `${count} acknowledgements`)
    },
    /** Resolves once every message is acknowledged or given up. */
    ended: () => Promise.all(underWay),
  }
}

function isNotice(text: string): boolean {
  return text.startsWith('已收到 #')
}

function isMaybeTwice({ deliveries }: TaskDetail): boolean {
  return deliveries.some(({ maybeTwice }) => maybeTwice)
}

/** Steps that ran again although they had finished. */
function repeatedSteps({ id, timeline }: TaskDetail): string[] {
  const finished = new Set<string>()
  const repeated: string[] = []
  for (const { kind, text } of timeline) {
    if (kind === 'log' && text !== undefined && finished.has(text.replace(' ', '-'))) repeated.push(`${id} ${text}`)
    if (kind !== 'step' || text === undefined) continue
    if (finished.has(text)) repeated.push(`${id} ${text}`)
    finished.add(text)
  }
  return repeated
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => number): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}
