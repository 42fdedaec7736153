import type { Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openOutboxQueues, outboxQueueName } from '../../queues/deliveries.ts'
import { adoptJobs } from '../../queues/orphans.ts'
import { laneQueueName, openTaskQueues, type TaskQueues } from '../../queues/tasks.ts'
import { FALLBACK_LANE } from '../../src/core/task/lane.ts'
import type { Task } from '../../src/core/task/task.ts'
import { backends, type OpenedBackend } from './stores.ts'

let made = 0
function aTask(lane: string, priority = 0, id = `task-${++made}`): Task {
  const message = {
    id,
    from: { channel: 'staff', chat: 'lisi', chatKind: 'private' as const },
    sender: { id: 'lisi' },
    text: '',
    parts: [],
    receivedAt: 0,
  }
  return { id, lane, priority, message }
}

describe.each(['embedded', 'redis'] as const)('queues on %s', (kind) => {
  let opened: OpenedBackend | undefined
  beforeAll(async () => {
    opened = await backends[kind]()
  })
  afterAll(() => opened?.close())

  /** Lanes with names of this test's own. */
  function lanes(): {
    queues: TaskQueues
    lane: string
    work(concurrency: number): { begun: string[]; worker: Worker }
  } {
    if (opened === undefined) throw new Error('it was not opened')
    const { backend } = opened
    const lane = `lane-${++made}`
    const queues = openTaskQueues(backend, [lane])
    onTestFinished(() => queues.close())
    return {
      queues,
      lane,
      work(concurrency) {
        const begun: string[] = []
        const worker = backend.worker<Task>(laneQueueName(lane), async ({ data }) => void begun.push(data.id), {
          concurrency,
        })
        onTestFinished(() => worker.close(true))
        return { begun, worker: worker as Worker }
      },
    }
  }

  test('tasks begin without a priority first, then by priority, and those of one priority in their order', async ({
    skip,
  }) => {
    if (opened === undefined) return skip('no redis-server')
    const { queues, lane, work } = lanes()
    for (const [id, priority] of [
      ['c1', 3],
      ['a1', 1],
      ['b1', 2],
      ['a2', 1],
      ['u1', 0],
      ['b2', 2],
      ['u2', 0],
    ] as const) {
      await queues.add(aTask(lane, priority, `${lane}-${id}`))
    }
    expect((await queues.waiting(lane, 10)).map(({ id }) => id.slice(lane.length + 1))).toEqual([
      'u1',
      'u2',
      'a1',
      'a2',
      'b1',
      'b2',
      'c1',
    ])
    const { begun } = work(1)
    await expect.poll(() => begun.length, { timeout: 20_000 }).toBe(7)
    expect(begun.map((id) => id.slice(lane.length + 1))).toEqual(['u1', 'u2', 'a1', 'a2', 'b1', 'b2', 'c1'])
  })

  test('how many are ahead is what would begin before it', async ({ skip }) => {
    if (opened === undefined) return skip('no redis-server')
    const { queues, lane } = lanes()
    expect(await queues.ahead(aTask(lane, 1))).toBe(0)
    for (const priority of [0, 0, 1, 1, 2, 5]) await queues.add(aTask(lane, priority))
    expect(await queues.ahead(aTask(lane, 0))).toBe(2)
    expect(await queues.ahead(aTask(lane, 1))).toBe(4)
    expect(await queues.ahead(aTask(lane, 4))).toBe(5)
    expect(await queues.ahead(aTask(lane, 1_000))).toBe(2)
  })

  test('a priority beyond what the queue can count is taken as the last', async ({ skip }) => {
    if (opened === undefined) return skip('no redis-server')
    const { queues, lane, work } = lanes()
    for (const priority of [9_000_000, 5_000_000, 7]) await queues.add(aTask(lane, priority, `${lane}-${priority}`))
    const { begun } = work(1)
    await expect.poll(() => begun.length, { timeout: 20_000 }).toBe(3)
    expect(begun).toEqual([7, 9_000_000, 5_000_000].map((priority) => `${lane}-${priority}`))
  })

  test('a task that waits already is left as it is', async ({ skip }) => {
    if (opened === undefined) return skip('no redis-server')
    const { queues, lane } = lanes()
    const task = aTask(lane, 7)
    await Promise.all([queues.add(task), queues.add(task), queues.add({ ...task, priority: 0 })])
    await queues.add(task)
    expect(await queues.counts(lane)).toMatchObject({ waiting: 1, active: 0 })
  })

  test('what workers have taken up is told, the first taken up first', async ({ skip }) => {
    if (opened === undefined) return skip('no redis-server')
    const { queues, lane } = lanes()
    const ids = [1, 2, 3, 4].map((number) => `${lane}-${number}`)
    for (const id of ids) await queues.add(aTask(lane, 0, id))
    const over = Promise.withResolvers<void>()
    const worker = opened.backend.worker<Task>(laneQueueName(lane), () => over.promise, { concurrency: 3 })
    onTestFinished(async () => {
      over.resolve()
      await worker.close()
    })
    await expect.poll(async () => (await queues.begun(lane)).length, { timeout: 20_000 }).toBe(3)
    expect((await queues.begun(lane)).map(({ id }) => id)).toEqual(ids.slice(0, 3))
  })

  test('many adds at once are all stored', async ({ skip }) => {
    if (opened === undefined) return skip('no redis-server')
    const { queues, lane, work } = lanes()
    const tasks = Array.from({ length: 300 }, () => aTask(lane, 1))
    await Promise.all(tasks.map((task) => queues.add(task)))
    const { begun } = work(20)
    await expect.poll(() => new Set(begun).size, { timeout: 30_000 }).toBe(300)
    await expect.poll(async () => (await queues.counts(lane)).active).toBe(0)
    expect(await queues.counts(lane)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
  })

  test('a lane that is not there is said not to be, with those that are', async ({ skip }) => {
    if (opened === undefined) return skip('no redis-server')
    const { queues, lane } = lanes()
    await expect(queues.add(aTask('nowhere'))).rejects.toThrow(`there is no lane "nowhere"; lanes are ${lane}`)
  })

  test('what waits in a lane that is gone is moved to the one that is always there, and so is what is added to it', async ({
    skip,
  }) => {
    if (opened === undefined) return skip('no redis-server')
    const { backend } = opened
    const gone = `gone-${++made}`
    const before = openTaskQueues(backend, [gone])
    const [waits, tagged] = [aTask(gone), aTask(gone, 7)]
    const woken = `woken-${made}`
    await before.add({ ...waits, held: { untilMs: 1, by: 'p1' } })
    await before.add(tagged)
    await before.wake(gone, woken, Date.now() + 60_000, Date.now())
    await before.close()

    const queues = openTaskQueues(backend, [FALLBACK_LANE])
    onTestFinished(() => queues.close())
    expect(await adoptJobs(backend, gone, queues, Date.now())).toBe(3)
    expect(await adoptJobs(backend, gone, queues, Date.now())).toBe(0)
    const late = aTask(gone)
    await queues.add(late)
    const moved = [waits, tagged].map((task) => ({ ...task, lane: FALLBACK_LANE, priority: 0 }))
    expect(await queues.waiting(FALLBACK_LANE, 10)).toEqual(expect.arrayContaining([...moved, late]))
    expect(await queues.counts(FALLBACK_LANE)).toEqual({ waiting: 3, active: 0, delayed: 1, failed: 0 })
  })

  test('wakes of one line for one moment are one, one that is due at once is its own', async ({ skip }) => {
    if (opened === undefined) return skip('no redis-server')
    const channel = `channel-${++made}`
    const wakes = openOutboxQueues(opened.backend, [channel])
    onTestFinished(() => wakes.close())
    const seen: unknown[] = []
    const queue = opened.backend.queue(outboxQueueName(channel))
    onTestFinished(() => queue.close())
    const now = Date.now()
    const line = { channel, chat: '张三:/?' }
    for (let asked = 0; asked < 5; asked++) await wakes.wake(line, now + 60_000, now)
    await wakes.wake({ ...line, chat: 'lisi' }, now + 60_000, now)
    await wakes.wake({ channel: 'gone', chat: 'lisi' }, now, now)
    expect(await queue.getDelayedCount()).toBe(2)
    await wakes.wake(line, now, now)
    await wakes.wake(line, now - 1, now)
    const worker = opened.backend.worker(outboxQueueName(channel), async ({ data }) => void seen.push(data), {
      concurrency: 1,
    })
    onTestFinished(() => worker.close(true))
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([line, line])
  })
})
