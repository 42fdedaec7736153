import { setTimeout as wait } from 'node:timers/promises'
import { startWecomSimulator, type WecomSimulator } from '../src/simulators/wecom/index.ts'
import { wecomEnv } from '../test/fakes/wecom-env.ts'
import { fixed, print } from './figures.ts'
import { closedLoop } from './load.ts'
import { type BenchServer, startServer } from './server.ts'
import { BENCH_SCENES } from './steps.ts'
import { usageOf } from './usage.ts'
import { storeNames, withStore } from './with-store.ts'

const SLEEPERS = 10_000
const SPREAD_MS = 60_000
const SOCKETS = 32
/** Sleeping takes so long at most; the first wakes after it. */
const BED_MS = { redis: 60_000, embedded: 120_000 }
const ALL_AWAKE_MS = 120_000
/** Before the memory is looked at: what falling asleep has left is put away. */
const QUIET_MS = 5_000

/** Ten thousand sleep until their own moment of one minute. Late is what its person sees: from the moment until the answer is there. */
export async function benchWakes(only?: string): Promise<void> {
  print(`\n## wakes\n`)
  print(`${SLEEPERS} tasks that wake spread over ${SPREAD_MS / 1_000} s, and are answered\n`)
  print('| | taken | asleep/s | late p50 ms | p99 | slowest | lost | twice | MB before | MB asleep | CPU ms a wake |')
  print('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const store of storeNames) {
    if (only !== undefined && only !== store) continue
    const simulator = await startWecomSimulator()
    await withStore(store, async (redisUrl) => {
      const env = { ...wecomEnv(simulator), SCENE_DIRS: BENCH_SCENES }
      const server = await startServer('huitou', { redisUrl, env, replyWithinMs: 0, works: true })
      simulator.setCallback(String(server.said.url))
      print(`| ${store} | ${(await wakes(simulator, server, BED_MS[store])).join(' | ')} |`)
      await server.stop()
    })
    await simulator.close()
  }
}

async function wakes(simulator: WecomSimulator, server: BenchServer, bedMs: number): Promise<(string | number)[]> {
  const nap = (n: number, at: number) => simulator.prepare(`sleeper-${n}`, `durable nap ${at}`)
  await closedLoop(
    Array.from({ length: SLEEPERS / 10 }, (_, n) => nap(n, Date.now())),
    SOCKETS,
  )
  await answered(simulator, 0, SLEEPERS / 10)
  await wait(QUIET_MS)
  const before = await usageOf(server.pids)

  const seen = simulator.inbox.length
  const startedAt = Date.now()
  const firstAt = startedAt + bedMs
  const messages = Array.from({ length: SLEEPERS }, (_, n) => nap(n, firstAt + Math.round((n * SPREAD_MS) / SLEEPERS)))
  const { perSecond, statuses } = await closedLoop(messages, SOCKETS)
  // Whoever is told 503 sends again, which this load does not: only what was taken is owed an answer.
  const taken = statuses[200] ?? 0
  await wait(firstAt - Date.now() - QUIET_MS)
  const asleep = await usageOf(server.pids)
  await answered(simulator, seen, taken)
  await wait(QUIET_MS)
  const awake = await usageOf(server.pids)

  const late = simulator.inbox
    .slice(seen)
    .filter(({ text }) => isAnswer(text))
    .map(({ text, at }) => at - Number(text))
    .toSorted((one, other) => one - other)
  const people = new Set(simulator.inbox.slice(seen).flatMap(({ to, text }) => (isAnswer(text) ? [to] : [])))
  return [
    taken,
    fixed(perSecond, 0),
    ...[0.5, 0.99, 1].map((share) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? Number.NaN),
    taken - people.size,
    late.length - people.size,
    ...[before, asleep].map(({ nowMb }) => fixed(nowMb, 0)),
    fixed((awake.cpuMs - asleep.cpuMs) / taken),
  ]
}

/** The moment of a nap, which is what it answers with. */
function isAnswer(text: string): boolean {
  return /^\d{13}$/.test(text)
}

/** Resolves when so many have answered since then, or have had their time. */
async function answered(simulator: WecomSimulator, since: number, count: number): Promise<void> {
  let missing = count
  const all = Promise.withResolvers<void>()
  const stop = simulator.onEntry(({ text }) => {
    if (isAnswer(text) && --missing === 0) all.resolve()
  })
  missing -= simulator.inbox.slice(since).filter(({ text }) => isAnswer(text)).length
  if (missing > 0) await Promise.race([all.promise, wait(ALL_AWAKE_MS + SPREAD_MS, undefined, { ref: false })])
  stop()
}
