import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Huitou } from '../fakes/huitou.ts'
import { seed } from '../fakes/sized.ts'
import { detailsOf, isQuiet } from '../promises/books.ts'
import { aPlace } from '../promises/place.ts'
import { seeded, tell, until } from '../promises/work.ts'

const KILLS = 12
const STEPS = 20
const STEP_MS = 400
/** Every sixth kill comes while a process starts, the others while a step is under way or between two. */
const WHILE_STARTING = 6

/**
 * The embedded store knows at its start that whoever had its data is dead, so one workflow takes every kill. On Redis a killed process's tasks are taken
 * over when its claims have run out, 10 s later: several processes and workflows, so that every kill still hits somebody.
 */
const ways = [
  { kind: 'embedded', processes: 1, workflows: 1, mostMsToLive: 500 },
  { kind: 'redis', processes: 3, workflows: 12, mostMsToLive: 2_500 },
] as const

/** Each line of the ledger is written by the command itself: what is counted is what has happened, not what we say of it. */
const scene = (ledger: string) => `
import { appendFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { defineCommand, defineScene, z } from '#scene'
export default defineScene({
  name: 'walk',
  summary: { zh: '走', en: 'Walks' },
  commands: {
    on: defineCommand({
      summary: { zh: '走二十步', en: 'Takes twenty steps' },
      args: z.object({ name: z.string() }),
      lane: 'long',
      async run({ args, step }) {
        const note = (what, n) => appendFileSync(${JSON.stringify(ledger)}, [args.name, what, n, process.pid].join(' ') + '\\n')
        for (let n = 1; n <= ${STEPS}; n++) {
          await step('step-' + n, async () => {
            note('began', n)
            await wait(${STEP_MS})
            note('did', n)
          })
          note('kept', n)
        }
        return args.name + ' has walked'
      },
    }),
  },
})
`

describe.each(ways)('on the $kind store', ({ kind, processes, workflows, mostMsToLive }) => {
  test('twenty steps are each done once, though their process is killed again and again', { timeout: 600_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind, { apart: true, seed, redeliverAfterMs: 1_500 })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('walk.ts', scene(ledger))
    await writeFile(ledger, '')
    const start = (signal?: AbortSignal) => place.start({ env, signal })
    const random = seeded(seed)
    const startedAt = performance.now()

    const asked = new Map<string, string>()
    let named = 0
    const isAnswered = (name: string) => simulator.inboxOf(name).some(({ text }) => text === `${name} has walked`)
    /** As many walk as are wanted: whoever has arrived is followed by another. */
    async function keepWalking(): Promise<void> {
      const walking = [...asked.keys()].filter((name) => !isAnswered(name)).length
      for (let n = walking; n < workflows; n++) {
        const name = `walker-${++named}`
        const { msgId, status } = await simulator.say(name, `walk on ${name}`)
        if (status === 200) asked.set(name, `wecom-${msgId}`)
      }
    }

    const alive: Huitou[] = await Promise.all(Array.from({ length: processes }, () => start()))
    await keepWalking()
    const starting = new Set<Promise<unknown>>()
    let saying: Promise<void> = Promise.resolve()
    for (let kill = 1; kill <= KILLS; kill++) {
      if (kill % WHILE_STARTING === 0) {
        const doomed = start(AbortSignal.timeout(100 + Math.round(random() * 1_500)))
        await doomed.then((huitou) => huitou.kill9()).catch(() => undefined)
        continue
      }
      if (alive.length === 0) await start().then((huitou) => alive.push(huitou))
      const pids = alive.map(({ pid }) => `${pid}`)
      const before = (await readFile(ledger, 'utf8')).length
      const isUnderWay = async () => {
        const since = (await readFile(ledger, 'utf8')).slice(before)
        return pids.some((pid) => since.includes(` ${pid}\n`))
      }
      await until(isUnderWay, 30_000, 'a walk goes on').catch(() => undefined)
      await wait(random() * mostMsToLive)
      const [victim] = alive.splice(Math.floor(random() * alive.length), 1)
      await victim?.kill9()
      if (processes > 1) starting.add(start().then((huitou) => alive.push(huitou)))
      saying = saying.then(keepWalking)
    }
    await Promise.all(starting)
    if (alive.length === 0) alive.push(await start())
    await saying
    const killingMs = Math.round(performance.now() - startedAt)

    const [last] = alive
    if (last === undefined) throw new Error('nothing is left alive')
    await until(
      async () => [...asked.keys()].every(isAnswered) && (await isQuiet(last)),
      120_000,
      () => `unanswered: ${[...asked.keys()].filter((name) => !isAnswered(name)).join()}`,
    )
    const walks = readWalks(await readFile(ledger, 'utf8'))
    const details = await detailsOf(last, [...asked.values()])
    tell({
      kind,
      seed,
      kills: KILLS,
      workflows: asked.size,
      attempts: details.map(({ attempt }) => attempt),
      begun: [...walks.values()].map(({ begun }) => begun).reduce((sum, count) => sum + count, 0),
      repeated: [...walks.values()].flatMap(({ repeated }) => repeated).length,
      killingMs,
      allMs: Math.round(performance.now() - startedAt),
    })

    expect(details.map(({ state }) => state)).toEqual(details.map(() => 'done'))
    for (const name of asked.keys()) {
      const { kept, doneAgain, repeated } = walks.get(name) ?? nothing
      expect(doneAgain, `${name} did again what was kept`).toEqual([])
      expect(kept, `${name} has the steps`).toBe(STEPS)
      // One that was under way when its process was killed, and nothing else: so by another process, and once a kill.
      expect(repeated.filter(({ by, before }) => by === before)).toEqual([])
      const answers = simulator.inboxOf(name).filter(({ text }) => text.includes('walked'))
      expect(answers, `${name} is answered once`).toHaveLength(1)
    }
  })
})

interface Walk {
  /** How often a step was begun. */
  begun: number
  /** How many were found kept by the command, each counted once. */
  kept: number
  /** Steps that were begun although they had been kept. */
  doneAgain: number[]
  /** Steps begun again, by which process, and by which they were begun before. */
  repeated: { step: number; by: string; before: string }[]
}

const nothing: Walk = { begun: 0, kept: 0, doneAgain: [], repeated: [] }

function readWalks(ledger: string): Map<string, Walk> {
  const lines = ledger
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  return new Map([...new Set(lines.map(([name = '']) => name))].map((name) => [name, walkOf(lines, name)]))
}

function walkOf(lines: readonly string[][], name: string): Walk {
  const kept = new Set<number>()
  const begunBy = new Map<number, string>()
  const walk: Walk = { begun: 0, kept: 0, doneAgain: [], repeated: [] }
  for (const [who, what, number, pid = ''] of lines) {
    if (who !== name) continue
    const step = Number(number)
    if (what === 'kept') kept.add(step)
    if (what !== 'began') continue
    walk.begun += 1
    const before = begunBy.get(step)
    if (kept.has(step)) walk.doneAgain.push(step)
    else if (before !== undefined) walk.repeated.push({ step, by: pid, before })
    begunBy.set(step, pid)
  }
  return { ...walk, kept: kept.size }
}
