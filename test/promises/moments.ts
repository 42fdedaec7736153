import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Moment } from '../fakes/dying.ts'
import { type Huitou, scratchDir, startHuitou } from '../fakes/huitou.ts'
import { startHere } from '../fakes/huitou-here.ts'
import { detailsOf, isQuiet } from './books.ts'
import { aPlace, type StoreKind } from './place.ts'
import { tell, until } from './work.ts'

/** The moves of a task's record between two of which its process may die. */
export const ofWork: readonly Moment[] = [
  { operation: 'runs.start', when: 'after', nth: 1 },
  { operation: 'steps.save', when: 'before', nth: 1 },
  { operation: 'steps.save', when: 'after', nth: 1 },
  { operation: 'runs.suspend', when: 'before', nth: 1 },
  { operation: 'runs.suspend', when: 'after', nth: 1 },
  { operation: 'runs.finish', when: 'after', nth: 1 },
]

/** The moves of what it says: stored and claimed, sent, its verdict written down. */
export const ofWords: readonly Moment[] = [
  { operation: 'outbox.offer', when: 'after', nth: 1, of: 'half way' },
  { operation: 'outbox.applyVerdict', when: 'before', nth: 1 },
  { operation: 'outbox.applyVerdict', when: 'after', nth: 1 },
  { operation: 'outbox.offer', when: 'after', nth: 1, of: 'has walked' },
]

/** Each line of the ledger is written by the command itself: what is counted is what has happened, not what we say of it. */
const scene = (ledger: string) => `
import { appendFileSync } from 'node:fs'
import { defineCommand, defineScene, z } from '#scene'
export default defineScene({
  name: 'walk',
  summary: { zh: '走', en: 'Walks' },
  commands: {
    on: defineCommand({
      summary: { zh: '走', en: 'Walks' },
      args: z.object({ name: z.string() }),
      lane: 'long',
      async run({ args, step, say, sleep }) {
        const note = (what) => appendFileSync(${JSON.stringify(ledger)}, args.name + ' ' + what + '\\n')
        await step('one', () => note('one'))
        note('kept-one')
        await say('half', args.name + ' is half way')
        await sleep('a moment', 50)
        await step('two', () => note('two'))
        note('kept-two')
        return args.name + ' has walked'
      },
    }),
  },
})
`

/** Where it is tried: one process that does everything, or a worker beside one that serves. */
export const installations: readonly { kind: StoreKind; dying: 'all' | 'work' }[] = [
  { kind: 'embedded', dying: 'all' },
  { kind: 'redis', dying: 'work' },
]

/**
 * Kills a process at each moment in turn, with a walk under way; whoever comes next goes on with it. `dying` is the part that dies, beside one that serves
 * where that is not all of it. In the end every walk is walked, each kept step once, and nobody hears anything twice.
 */
export async function showEachMomentIsSurvived(
  { kind, dying }: (typeof installations)[number],
  moments: readonly Moment[],
): Promise<boolean> {
  const place = await aPlace(kind, { apart: true, redeliverAfterMs: 300, redeliveries: 40 })
  if (place === undefined) return false
  const { simulator, dataDir, redis } = place
  const ledger = join(dataDir, 'ledger.txt')
  await writeFile(ledger, '')
  const env = await place.writeScene('walk.ts', scene(ledger))
  const start = (diesAt?: Moment) =>
    startHuitou({ dataDir, redisUrl: redis?.url, simulator, part: dying, env, diesAt }).then((huitou) => {
      onTestFinished(() => huitou.kill9())
      return huitou
    })
  let serving: Huitou | undefined
  if (dying === 'work') {
    const { dir, remove } = await scratchDir()
    onTestFinished(remove)
    const serves = await startHere({ dataDir: dir, redisUrl: redis?.url, simulator, part: 'serve', env })
    onTestFinished(async () => void (await serves.stop()))
    serving = serves
  }

  const startedAt = performance.now()
  const walks: { name: string; delivered: ReturnType<typeof simulator.say> }[] = []
  for (const moment of moments) {
    const mortal = await start(moment)
    const name = `walker-${walks.length}`
    walks.push({ name, delivered: simulator.say(name, `walk on ${name}`) })
    await Promise.race([
      mortal.ended,
      until(() => false, 20_000, `it dies ${moment.when} ${moment.operation} (${moment.of ?? ''})`),
    ])
  }
  const last = await start()
  const told = serving ?? last
  await until(
    async () =>
      walks.every(({ name }) => simulator.inboxOf(name).some(({ text }) => text === `${name} has walked`)) &&
      (await isQuiet(told).catch(() => false)),
    40_000,
    () => `all walks end; in the inbox: ${simulator.inbox.map(({ text }) => text).join(' / ')}`,
  )
  tell({ kind, dying, moments: moments.length, ms: Math.round(performance.now() - startedAt) })

  const sent = await Promise.all(walks.map(({ delivered }) => delivered))
  expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 200))
  const details = await detailsOf(
    told,
    sent.map(({ msgId }) => `wecom-${msgId}`),
  )
  expect(details.map(({ state }) => state)).toEqual(details.map(() => 'done'))
  const lines = (await readFile(ledger, 'utf8')).trim().split('\n')
  for (const { name } of walks) {
    const heard = simulator.inboxOf(name).map(({ text }) => text)
    expect(heard.filter((text) => text.endsWith('half way'))).toHaveLength(1)
    expect(heard.filter((text) => text.endsWith('has walked'))).toHaveLength(1)
    const own = lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
    // A step may be begun again by who comes after the dead, and never once it was kept.
    for (const step of ['one', 'two']) expect(own.lastIndexOf(step)).toBeLessThan(own.indexOf(`kept-${step}`))
  }
  return true
}
