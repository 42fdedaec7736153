import { InfiniteQueryObserver, type QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import { liveCache } from '../../src/dashboard/web/api/live-cache.ts'
import { taskQuery, tasksQuery } from '../../src/dashboard/web/api/queries.ts'
import { newQueryClient } from '../../src/dashboard/web/api/query-client.ts'
import type { TaskFilter } from '../../src/dashboard/web/api/task-filter.ts'
import { loadMore, tasksIn } from '../../src/dashboard/web/api/use-tasks.ts'
import { seedTasks } from '../fakes/dashboard-seed.ts'

const all: TaskFilter = { states: [], channel: '', user: '', command: '', q: '' }
const [sample] = seedTasks(1)
const task = (number: number, over: Partial<TaskDetail> = {}): TaskDetail => {
  if (!sample) throw new Error('no seed')
  return { ...sample, id: `t-${number}`, number, state: 'running', command: 'demo echo', deliveries: [], ...over }
}

/** The server behind `fetch`: its tasks, what it was asked, and answers that it holds back. */
const server = {
  tasks: new Map<number, TaskDetail>(),
  asked: [] as string[],
  held: [] as { path: string; release(): void }[],
  isHolding: false,
}
let client: QueryClient

beforeEach(() => {
  vi.useFakeTimers()
  Object.assign(server, { tasks: new Map(), asked: [], held: [], isHolding: false })
  vi.stubGlobal('fetch', answer)
  client = newQueryClient()
})
afterEach(() => {
  client.clear()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

async function answer(path: string, { signal }: { signal?: AbortSignal }): Promise<Response> {
  server.asked.push(path)
  const found = read(new URL(path, 'http://here.example'))
  if (server.isHolding) {
    await new Promise<void>((resolve, reject) => {
      server.held.push({ path, release: resolve })
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  }
  return Response.json(found)
}

function read({ pathname, searchParams }: URL): unknown {
  const id = /^\/api\/tasks\/(.+)$/.exec(pathname)?.[1]
  if (id !== undefined) return [...server.tasks.values()].find((one) => one.id === id)
  const { state, command, before, limit } = Object.fromEntries(searchParams)
  const fitting = [...server.tasks.values()]
    .filter((one) => (state === undefined || one.state === state) && (command === undefined || one.command === command))
    .filter(({ number = 0 }) => before === undefined || number < Number(before))
    .sort((one, other) => (other.number ?? 0) - (one.number ?? 0))
  const page = fitting.slice(0, Number(limit))
  return { tasks: page, next: fitting.length > page.length ? page.at(-1)?.number : undefined }
}

function fill(count: number): void {
  for (let number = 1; number <= count; number++) {
    server.tasks.set(number, task(number, { command: number % 2 === 0 ? 'whoami' : 'demo echo' }))
  }
}

/** A list that is looked at. */
function look(filter: TaskFilter) {
  let shown = filter
  const observer = new InfiniteQueryObserver(client, tasksQuery(filter))
  const stop = observer.subscribe(() => undefined)
  return {
    observer,
    stop,
    get numbers() {
      const { data } = observer.getCurrentResult()
      return data ? tasksIn(data).map(({ number }) => number) : []
    },
    /** Narrows the list that is looked at. */
    narrow(to: TaskFilter) {
      shown = to
      observer.setOptions(tasksQuery(to))
    },
    more() {
      const asked = shown
      return loadMore(observer.getCurrentResult(), () => shown === asked)
    },
  }
}
/** Lets what is under way come to its end, but for what waits longer than this. */
const pass = (ms = 20) => vi.advanceTimersByTimeAsync(ms)
const release = async () => {
  server.isHolding = false
  for (const { release } of server.held.splice(0)) release()
  await pass()
}

test('while the first page of another filter is on its way there is no more of it, and then only what fits', async () => {
  fill(200)
  const list = look(all)
  await pass()
  expect(list.numbers).toHaveLength(50)
  server.isHolding = true
  list.narrow({ ...all, command: 'whoami' })
  await pass()
  expect(list.observer.getCurrentResult()).toMatchObject({ isPlaceholderData: true })
  await list.more()
  expect(server.asked).toHaveLength(2)
  await release()
  expect(list.observer.getCurrentResult()).toMatchObject({ isPlaceholderData: false, isFetching: false })
  expect(list.numbers).toEqual(Array.from({ length: 50 }, (_, place) => 200 - 2 * place))
  await list.more()
  expect(list.numbers).toEqual(Array.from({ length: 100 }, (_, place) => 200 - 2 * place))
  list.stop()
})

test('more of a list that is left for another filter is not asked for of that one', async () => {
  fill(300)
  const list = look(all)
  await pass()
  server.isHolding = true
  void client.invalidateQueries()
  await pass()
  const more = list.more()
  await pass()
  list.narrow({ ...all, command: 'whoami' })
  await pass()
  await release()
  await more
  expect(list.numbers).toHaveLength(50)
  expect(server.asked.filter((path) => path.includes('before='))).toEqual([])
  list.stop()
})

test('more that is asked for while the list is read again comes after it, from its own last page', async () => {
  fill(120)
  const list = look(all)
  await pass()
  server.isHolding = true
  for (let number = 121; number <= 130; number++) server.tasks.set(number, task(number))
  void client.invalidateQueries()
  await pass()
  const more = list.more()
  await pass()
  expect(server.held).toHaveLength(1)
  await release()
  await more
  expect(server.asked.at(-1)).toContain('before=81')
  expect(list.numbers).toEqual(Array.from({ length: 100 }, (_, place) => 130 - place))
  list.stop()
})

test('more that is asked for just before the stream is back comes all the same, and nothing is missed', async () => {
  fill(120)
  const list = look(all)
  await pass()
  server.isHolding = true
  const more = list.more()
  await pass()
  server.tasks.set(121, task(121))
  liveCache(client).resync()
  await pass()
  await release()
  await more
  expect(list.numbers).toEqual(Array.from({ length: 100 }, (_, place) => 121 - place))
  expect(list.observer.getCurrentResult().isFetching).toBe(false)
  list.stop()
})

test('a task that is shown changes at once, and leaves or comes when the server says so', async () => {
  fill(3)
  const list = look({ ...all, states: ['running'] })
  const live = liveCache(client)
  await pass()
  const change = (number: number, over: Partial<TaskDetail>) => {
    server.tasks.set(number, task(number, over))
    live.task(task(number, over))
  }
  change(2, { progress: { percent: 10 } })
  await pass(120)
  expect(server.asked).toHaveLength(2)
  change(2, { progress: { percent: 80 } })
  await pass(120)
  const shown = list.observer.getCurrentResult().data?.pages[0]?.tasks[1]
  expect(shown).toMatchObject({ number: 2, progress: { percent: 80 } })
  await pass(2000)
  expect(server.asked).toHaveLength(2)
  change(2, { state: 'done' })
  change(4, {})
  change(5, { state: 'done' })
  await pass(120)
  expect(list.numbers).toEqual([4, 3, 1])
  live.close()
  list.stop()
})

test('what is told while a list is being read is read after it', async () => {
  fill(1)
  const live = liveCache(client)
  server.isHolding = true
  const list = look(all)
  await pass()
  server.tasks.set(2, task(2))
  live.task(task(2))
  await pass(120)
  expect(server.asked).toHaveLength(1)
  await release()
  expect(list.numbers).toEqual([2, 1])
  live.close()
  list.stop()
})

test('a flood of changes asks for a list once a second at most', async () => {
  fill(60)
  const list = look(all)
  const live = liveCache(client)
  await pass()
  await list.more()
  const before = server.asked.length
  for (let number = 100; number < 1100; number++) {
    live.task(task(number))
    await pass(10)
  }
  // Two pages each time.
  expect(server.asked.length - before).toBeGreaterThan(4)
  expect(server.asked.length - before).toBeLessThan(16)
  live.close()
  list.stop()
})

test('the detail that is open takes a change at once and the rest of it a moment later', async () => {
  fill(1)
  const observer = new QueryObserver(client, taskQuery('t-1'))
  const stop = observer.subscribe(() => undefined)
  const live = liveCache(client)
  await pass()
  server.isHolding = true
  server.tasks.set(1, task(1, { state: 'done', timeline: [{ at: 1, kind: 'done' }] }))
  live.task(task(1, { state: 'done', timeline: [] }))
  await pass(120)
  expect(observer.getCurrentResult().data).toMatchObject({ state: 'done' })
  await release()
  expect(observer.getCurrentResult().data).toMatchObject({ state: 'done', timeline: [{ kind: 'done' }] })
  live.close()
  stop()
})

test('what passes is tried again, and what the server refuses is not', async () => {
  const tried = async (status: number) => {
    let tries = 0
    vi.stubGlobal('fetch', async () => {
      tries += 1
      return Response.json({ error: { code: 'x', message: 'y' } }, { status })
    })
    const observer = new QueryObserver(client, taskQuery(`t-${status}`))
    const stop = observer.subscribe(() => undefined)
    await pass(10_000)
    stop()
    return tries
  }
  expect([await tried(503), await tried(404), await tried(500)]).toEqual([3, 1, 1])
})
