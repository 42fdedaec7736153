import { availableParallelism, totalmem } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startOnebotSimulator } from '../src/simulators/onebot/index.ts'
import { startRedisServer } from '../test/fakes/redis-server.ts'
import { type Burst, Crowd, type Faults } from './crowd.ts'
import { fixed, median, print } from './figures.ts'
import { hasKoishi, startKoishi } from './koishi.ts'
import { type BenchServer, startServer } from './server.ts'
import { type Usage, usageOf } from './usage.ts'

const EVENTS = 1_000
const ROUNDS = 3
/** In each round, of each program. */
const BURSTS = 3
/** What follows the last answer is written down, and an answer that comes twice has come. */
const QUIET_MS = 1_000
const SELF_ID = '3100000001'
const ACCESS_TOKEN = 'a token for benchmarks'

interface Contender {
  name: string
  /** Undefined: it cannot be had on this machine. */
  start(): Promise<BenchServer | undefined>
}

interface Results {
  bursts: (Burst & { cpuMs: number })[]
  faults: Faults
  idle: Usage[]
  after: Usage[]
}

/** A thousand messages at once over reverse WebSocket: Koishi 4 and we, each alone in a process of its own, one after the other. */
export async function benchOnebot(): Promise<void> {
  print(`\n## onebot\n`)
  const contenders = [...(hasKoishi() ? koishi : []), ...huitou]
  const results = new Map<Contender, Results>()
  for (let round = 0; round < ROUNDS; round++) for (const contender of contenders) await play(contender, results)
  tell(results)
}

const koishi: readonly Contender[] = [
  { name: 'Koishi 4, a middleware', start: () => startKoishi(SELF_ID, 'middleware') },
  { name: 'Koishi 4, a command', start: () => startKoishi(SELF_ID, 'command') },
]

const huitou: readonly Contender[] = [
  { name: 'Huitou on Redis', start: startOnRedis },
  { name: 'Huitou, embedded store', start: () => startHuitou(undefined) },
]

async function startOnRedis(): Promise<BenchServer | undefined> {
  const redis = await startRedisServer()
  if (redis === undefined) return undefined
  const server = await startHuitou(redis.url)
  return {
    ...server,
    pids: [...server.pids, redis.pid],
    async stop() {
      await server.stop()
      await redis.stop()
    },
  }
}

function startHuitou(redisUrl: string | undefined): Promise<BenchServer> {
  const env = {
    HUITOU_CONFIG: fileURLToPath(new URL('./servers/onebot.yaml', import.meta.url)),
    ONEBOT_ACCESS_TOKEN: ACCESS_TOKEN,
  }
  return startServer('huitou', { redisUrl, env, replyWithinMs: 0, works: true })
}

async function play(contender: Contender, results: Map<Contender, Results>): Promise<void> {
  const server = await contender.start()
  if (server === undefined) return
  const reverseUrl = String(server.said.url).replace('http', 'ws')
  const simulator = await startOnebotSimulator({ selfId: SELF_ID, accessToken: ACCESS_TOKEN, reverseUrl })
  await simulator.connected()
  await wait(QUIET_MS)
  const idle = await usageOf(server.pids)

  const crowd = new Crowd(simulator)
  await crowd.sayAll(EVENTS)
  await wait(QUIET_MS)
  const bursts: Results['bursts'] = []
  let usage = await usageOf(server.pids)
  for (let n = 0; n < BURSTS; n++) {
    const burst = await crowd.sayAll(EVENTS)
    await wait(QUIET_MS)
    const before = usage
    usage = await usageOf(server.pids)
    bursts.push({ ...burst, cpuMs: usage.cpuMs - before.cpuMs })
  }
  const faults = crowd.faults()
  await simulator.close()
  await server.stop()
  print(`- ${contender.name}: ${bursts.map(({ allMs, cpuMs }) => `${allMs} ms (CPU ${cpuMs})`).join(', ')}`)

  const sum = results.get(contender) ?? { bursts: [], faults: noFaults, idle: [], after: [] }
  results.set(contender, {
    bursts: [...sum.bursts, ...bursts],
    faults: {
      lost: sum.faults.lost + faults.lost,
      doubled: sum.faults.doubled + faults.doubled,
      outOfOrder: sum.faults.outOfOrder + faults.outOfOrder,
    },
    idle: [...sum.idle, idle],
    after: [...sum.after, usage],
  })
}

const noFaults: Faults = { lost: 0, doubled: 0, outOfOrder: 0 }

function tell(results: ReadonlyMap<Contender, Results>): void {
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`
  print(
    `${EVENTS} events at once from 50 people in 5 groups (median of ${ROUNDS * BURSTS} bursts, each after a warm-up;`,
  )
  print(`the slowest and the quickest burst in brackets); ${machine}\n`)
  print(
    '| | all answered, ms | ratio | median answer, ms | slowest, ms | CPU, ms | lost | doubled | out of order | MB idle | MB peak |',
  )
  print('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  const floor = [...results].find(([{ name }]) => name.startsWith('Koishi'))
  const floorMs = floor && median(floor[1].bursts.map(({ allMs }) => allMs))
  for (const [{ name }, { bursts, faults, idle, after }] of results) {
    const all = bursts.map(({ allMs }) => allMs)
    const cells = [
      name,
      `${fixed(median(all), 0)} (${fixed(Math.min(...all), 0)}–${fixed(Math.max(...all), 0)})`,
      floorMs === undefined ? '' : fixed(median(all) / floorMs),
      fixed(median(bursts.map(({ medianMs }) => medianMs)), 0),
      fixed(median(bursts.map(({ slowestMs }) => slowestMs)), 0),
      fixed(median(bursts.map(({ cpuMs }) => cpuMs)), 0),
      faults.lost,
      faults.doubled,
      faults.outOfOrder,
      fixed(median(idle.map(({ nowMb }) => nowMb)), 0),
      fixed(Math.max(...after.map(({ peakMb }) => peakMb)), 0),
    ]
    print(`| ${cells.join(' | ')} |`)
  }
}
