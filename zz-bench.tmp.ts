import { openRedisStore } from './src/store/redis/index.ts'
import { startRedisServer } from './test/fakes/redis-server.ts'
import { aDelivery, aPermit, aRun, noon, sentAt } from './test/contracts/store/samples.ts'
import { Redis } from 'ioredis'
const server = await startRedisServer({ args: process.argv.slice(2) })
if (!server) throw new Error()
const store = await openRedisStore({ url: server.url, onError: console.error })
const limits = { account: [{ count: 100000, windowMs: 3_600_000 }], chat: [{ count: 30, windowMs: 60_000 }, { count: 1000, windowMs: 3_600_000 }] }
const N = 6000
const r = new Redis(server.url)
async function phase(name: string, each: (i: number) => Promise<unknown>) {
  await each(N).catch(() => 0)
  await r.config('RESETSTAT')
  let i = 0
  const cpu = process.cpuUsage(); const b = performance.now()
  await Promise.all(Array.from({ length: 64 }, async () => { while (i < N) await each(i++) }))
  const ms = performance.now() - b; const used = process.cpuUsage(cpu)
  const stat = (await r.info('commandstats')).match(/cmdstat_evalsha:.*usec_per_call=([\d.]+)/)?.[1]
  console.log(name.padEnd(8), Math.round(N / ms * 1000), 'ops/s; redis µs', stat, '; node µs', Math.round((used.user + used.system) / N))
}
const runs = Array.from({ length: N + 1 }, (_, i) => aRun({ channel: 'wecom', chat: `user-${i}`, owner: `wecom:user-${i % 500}` }))
const ds = runs.map((run, i) => aDelivery({ channel: 'wecom', chat: `user-${i}` }, { taskId: run.id }))
await phase('advance', () => store.shares.advance('lane', 1))
await phase('start', (i) => store.runs.start(runs[i]!, noon + i, 30000))
const ds2 = runs.map((run, i) => aDelivery({ channel: 'wecom2', chat: `user-${i}` }, { taskId: run.id }))
await phase('offerNL', (i) => store.outbox.offer([ds2[i]!], { permit: aPermit(noon + i) }))
await phase('offer', (i) => store.outbox.offer([ds[i]!], { permit: aPermit(noon + i, limits) }))
await phase('settle', (i) => store.outbox.settle(ds[i]!.id, 1, sentAt(noon + i), noon + i))
await phase('finish', (i) => store.runs.finish(runs[i]!.id, 1, { state: 'done' }, [{ at: noon, kind: 'done' }], noon + i))
r.disconnect(); await store.close(); await server.stop()
