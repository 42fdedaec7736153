import { startWecomSimulator, type WecomSimulator } from '../src/simulators/wecom/index.ts'
import { wecomEnv } from '../test/fakes/wecom-env.ts'
import { fixed, median, print } from './figures.ts'
import { closedLoop, type LoadResult, openLoop } from './load.ts'
import { benchOnebot } from './onebot.ts'
import { type BenchServer, startServer } from './server.ts'
import { benchStats } from './stats.ts'
import { benchSteps } from './steps.ts'
import { benchWakes } from './wakes.ts'
import { type StoreName, storeNames, withStore } from './with-store.ts'

/* `npm run bench`: each figure of ours beside a floor of the same run. What each shows: bench/README.md. */
const SOCKETS = 64
const ROUNDS = 3
const [only, part] = process.argv.slice(2)
let said = 0

for (const store of storeNames) {
  if (only !== undefined && only !== store) continue
  const simulator = await startWecomSimulator()
  print(`\n## ${store}\n`)
  if (part !== 'answers') await acks(store, simulator)
  if (part !== 'acks') await answers(store, simulator)
  await simulator.close()
}
if (only === undefined || only === 'onebot') await benchOnebot()
if (only === undefined || only === 'steps') await benchSteps(part)
if (only === undefined || only === 'wakes') await benchWakes(part)
if (only === undefined || only === 'stats') await benchStats()

async function acks(store: StoreName, simulator: WecomSimulator): Promise<void> {
  const count = store === 'redis' ? 15_000 : 3_000
  const rate = store === 'redis' ? 1_000 : 200
  const rows: Record<'floor' | 'huitou', { closed: LoadResult[]; open: LoadResult[] }> = {
    floor: { closed: [], open: [] },
    huitou: { closed: [], open: [] },
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['floor', 'huitou'] as const) {
      await withStore(store, async (redisUrl) => {
        const server = await startServer(name, { redisUrl, env: wecomEnv(simulator), replyWithinMs: 0, works: false })
        simulator.setCallback(urlOf(server))
        await closedLoop(prepared(simulator, 1_000), SOCKETS)
        rows[name].closed.push(await closedLoop(prepared(simulator, count), SOCKETS))
        rows[name].open.push(await openLoop(prepared(simulator, rate * 5), rate))
        await server.stop()
      })
    }
  }
  const of = (name: 'floor' | 'huitou') => ({
    perSecond: median(rows[name].closed.map((result) => result.perSecond)),
    p50Ms: median(rows[name].open.map((result) => result.p50Ms)),
    p99Ms: median(rows[name].open.map((result) => result.p99Ms)),
    statuses: JSON.stringify(rows[name].closed[0]?.statuses),
  })
  const floor = of('floor')
  const ours = of('huitou')
  print(`acknowledgements, ${SOCKETS} sockets (median of ${ROUNDS}); latency at ${rate}/s, open loop`)
  print(`| | acks/s | p50 ms | p99 ms | statuses |\n| --- | --- | --- | --- | --- |`)
  print(
    `| express + crypto + one add | ${fixed(floor.perSecond, 0)} | ${fixed(floor.p50Ms)} | ${fixed(floor.p99Ms)} | ${floor.statuses} |`,
  )
  print(`| huitou | ${fixed(ours.perSecond, 0)} | ${fixed(ours.p50Ms)} | ${fixed(ours.p99Ms)} | ${ours.statuses} |`)
  print(
    `| ratio | ${fixed(ours.perSecond / floor.perSecond)} | ${fixed(ours.p50Ms / floor.p50Ms)} | ${fixed(ours.p99Ms / floor.p99Ms)} | |\n`,
  )
}

async function answers(store: StoreName, simulator: WecomSimulator): Promise<void> {
  const count = store === 'redis' ? 6_000 : 1_000
  const floors: number[] = []
  const held: { perSecond: number; slowestAckMs: number }[] = []
  const active: { perSecond: number; slowestAckMs: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await withStore(store, async (redisUrl) => {
      const server = await startServer('two-queues', { redisUrl, env: {}, replyWithinMs: 0, works: false })
      floors.push(Number(server.said.perSecond))
      await server.stop()
    })
    for (const [replyWithinMs, into] of [
      [1_500, held],
      [0, active],
    ] as const) {
      await withStore(store, async (redisUrl) => {
        const server = await startServer('huitou', { redisUrl, env: wecomEnv(simulator), replyWithinMs, works: true })
        simulator.setCallback(urlOf(server))
        await roundTrip(simulator, 200)
        into.push(await roundTrip(simulator, count))
        await server.stop()
      })
    }
  }
  const floor = median(floors)
  const row = (name: string, results: typeof held): string => {
    const perSecond = median(results.map((result) => result.perSecond))
    return `| ${name} | ${fixed(perSecond, 0)} | ${fixed(perSecond / floor)} | ${fixed(Math.max(...results.map((result) => result.slowestAckMs)), 0)} |`
  }
  print(`callback to answer, \`demo echo\`, ${SOCKETS} sockets (median of ${ROUNDS})`)
  print(`| | messages/s | ratio | slowest ack ms |\n| --- | --- | --- | --- |`)
  print(`| two bare BullMQ queues, no HTTP | ${fixed(floor, 0)} | 1.00 | |`)
  print(row('huitou, answers on the ack', held))
  print(row('huitou, answers by message/send', active))
}

/** Posts so many echoes and waits until every answer was seen by its member, on the ack or by an active send. */
async function roundTrip(
  simulator: WecomSimulator,
  count: number,
): Promise<{ perSecond: number; slowestAckMs: number }> {
  const messages = prepared(simulator, count)
  let seen = 0
  const all = Promise.withResolvers<void>()
  const see = (): void => {
    if (++seen === count) all.resolve()
  }
  const stop = simulator.onEntry((entry) => entry.via === 'active' && see())
  const startedAt = performance.now()
  const { slowestMs } = await closedLoop(messages, SOCKETS, see)
  await all.promise
  stop()
  return { perSecond: (count / (performance.now() - startedAt)) * 1_000, slowestAckMs: slowestMs }
}

/** Every message from another member, so that no chat waits for itself. */
function prepared(simulator: WecomSimulator, count: number) {
  return Array.from({ length: count }, () => simulator.prepare(`member-${++said}`, `demo echo 第 ${said} 句`))
}

function urlOf(server: BenchServer): string {
  return String(server.said.url)
}
