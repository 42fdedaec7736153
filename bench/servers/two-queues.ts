import { openBackend } from '../../queues/backend.ts'
import { readOptions } from './config.ts'
import { queuesAt } from './queues-at.ts'

/* A bare pipeline of two BullMQ queues, in one process, with no HTTP and nothing in the jobs: how fast could an answer be? */
const options = readOptions()
const COUNT = options.redisUrl === undefined ? 600 : 6_000
const AT_ONCE = 64
const backend = openBackend(await queuesAt(options), { leaseMs: 10_000, onError: () => {} })
const first = backend.queue<{ n: number }>('first')
const second = backend.queue<{ n: number }>('second')
let answered = 0
const done = Promise.withResolvers<void>()
backend.worker<{ n: number }>(
  'first',
  async (job) => void (await second.add('answer', job.data, { jobId: `a-${job.id}` })),
  { concurrency: 8 },
)
backend.worker<{ n: number }>(
  'second',
  async () => {
    if (++answered === COUNT) done.resolve()
  },
  { concurrency: 8 },
)

const startedAt = performance.now()
let next = 0
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < COUNT) {
      const n = next++
      await first.add('task', { n }, { jobId: `m-${n}` })
    }
  }),
)
await done.promise
process.stdout.write(`${JSON.stringify({ perSecond: (COUNT / (performance.now() - startedAt)) * 1_000 })}\n`)
process.exit(0)
