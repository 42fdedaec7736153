import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { aMessage, aTask, aWorld, runOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const create = (json: unknown, key?: string) =>
  world.callAs('/api/tasks', { json, headers: key === undefined ? {} : { 'idempotency-key': key } })

async function keep(id: string, text: string, sender = 'zhangsan'): Promise<number> {
  const message = aMessage(id, text, { sender: { id: sender } })
  return (await world.store.runs.create(runOf(message), Date.now())).run.number
}

async function end(id: string, text: string): Promise<void> {
  const started = await world.store.runs.start(runOf(aMessage(id, text)), Date.now(), 60_000)
  if (started.state !== 'go') throw new Error(`${id} did not start: ${started.state}`)
  await world.store.runs.finish(
    id,
    started.run.fencingToken,
    { state: 'done' },
    [{ at: Date.now(), kind: 'done' }],
    Date.now(),
  )
}

test('a command is run for an API caller, who reads the answer at the task', async () => {
  const { status, body } = await create({ text: 'demo sleep 1' })
  expect(status).toBe(202)
  expect(world.accepted.at(-1)).toMatchObject({
    id: body.taskId,
    from: { channel: 'api', chat: expect.stringMatching(/^token-[0-9a-f]{8}$/), chatKind: 'private' },
    text: 'demo sleep 1',
  })
  expect((await world.callAs(`/api/tasks/${body.taskId}`)).body).toMatchObject({
    id: body.taskId,
    state: 'waiting',
    command: 'demo sleep',
    channel: 'api',
    timeline: [{ kind: 'received' }],
    steps: [],
    deliveries: [],
  })
})

test('its answer goes to a chat when one is named; its sender can be nobody of that platform', async () => {
  const to = { channel: 'staff', chat: 'product', chatKind: 'group' }
  await create({ text: 'demo sleep 1', to })
  expect(world.accepted.at(-1)).toMatchObject({ from: to, sender: { id: expect.stringMatching(/^api:/) } })
  expect((await create({ text: 'a', to: { channel: 'nowhere', chat: 'x' } })).status).toBe(400)
})

test('the same key and text are one task', async () => {
  const [first, second] = await Promise.all([
    create({ text: 'demo sleep 2' }, 'k'),
    create({ text: 'demo sleep 2' }, 'k'),
  ])
  expect(first.body).toEqual(second.body)
  expect((await create({ text: 'demo sleep 3' }, 'k')).status).toBe(409)
})

test('tasks are listed newest first, by page, and by what is asked for', async () => {
  const numbers: number[] = []
  for (let turn = 1; turn <= 5; turn++) numbers.push(await keep(`page-${turn}`, 'demo steps 3', 'Pager'))
  const first = await world.callAs('/api/tasks?user=Pager&channel=staff&limit=3')
  expect(first.body).toMatchObject({ tasks: [{ id: 'page-5' }, { id: 'page-4' }, { id: 'page-3' }], next: numbers[2] })
  const second = await world.callAs(`/api/tasks?user=staff:pager&limit=3&before=${first.body.next}`)
  expect(second.body.tasks.map(({ id }: { id: string }) => id)).toEqual(['page-2', 'page-1'])
  expect(second.body.next).toBeUndefined()
  await end('page-2', 'demo steps 3')
  const done = await world.callAs('/api/tasks?user=staff:pager&state=done,failed&command=demo%20steps')
  expect(done.body.tasks.map(({ id }: { id: string }) => id)).toEqual(['page-2'])
})

test('tasks without a record yet stand on top of the first page, once, and can be looked at', async () => {
  const queued = aMessage('fresh-1', 'demo echo fresh')
  world.queued.push(aTask(queued))
  const { body } = await world.callAs('/api/tasks?q=fresh')
  expect(body.tasks).toMatchObject([{ id: 'fresh-1', state: 'waiting', attempt: 0, text: 'demo echo fresh' }])
  expect(body.tasks[0]).not.toHaveProperty('number')
  expect((await world.callAs('/api/tasks?q=fresh&state=done')).body.tasks).toEqual([])
  expect((await world.callAs('/api/tasks/fresh-1')).body).toMatchObject({
    id: 'fresh-1',
    state: 'waiting',
    timeline: [],
  })
  await keep('fresh-1', 'demo echo fresh')
  const later = await world.callAs('/api/tasks?q=fresh')
  expect(later.body.tasks).toMatchObject([{ id: 'fresh-1', number: expect.any(Number) }])
  world.queued.length = 0
})

test('a task is found by its number; steps show their size, not their value', async () => {
  const number = await keep('deep-1', 'demo steps 1')
  await world.store.steps.save('deep-1', 'rows', { secret: '值' })
  const { body } = await world.callAs(`/api/tasks/${number}`)
  expect(body).toMatchObject({ id: 'deep-1', number, steps: [{ name: 'rows', bytes: 16 }] })
  expect(JSON.stringify(body)).not.toContain('secret')
  for (const id of ['nothing', '999999', '99999999999999999999', '%00']) {
    expect((await world.callAs(`/api/tasks/${id}`)).status).toBe(404)
  }
})

test('sizes are told without reading what is kept, and of very many steps the last ones', async () => {
  const number = await keep('deep-2', 'demo steps 1')
  for (let i = 0; i < 505; i++) await world.store.steps.save('deep-2', `step ${i}`, i)
  const list = vi.spyOn(world.store.steps, 'list')
  const { body } = await world.callAs(`/api/tasks/${number}`)
  expect(body.steps.map(({ name }: { name: string }) => name).slice(-2)).toEqual(['step 503', 'step 504'])
  expect(body).toMatchObject({ steps: { length: 500 }, hasMoreSteps: true })
  expect(list).not.toHaveBeenCalled()
  list.mockRestore()
})

test('a live task can be cancelled once, an ended one retried, in the name of the caller', async () => {
  await keep('turn-1', 'demo sleep 60')
  const post = (action: string) => world.callAs(`/api/tasks/turn-1/${action}`, { method: 'POST' })
  expect(await post('retry')).toMatchObject({ status: 409, body: { error: { code: 'not_ended' } } })
  expect(await post('cancel')).toMatchObject({ status: 200, body: { id: 'turn-1', state: 'cancelled' } })
  expect(await post('cancel')).toMatchObject({ status: 409, body: { error: { code: 'not_live' } } })
  expect(await post('retry')).toMatchObject({ status: 200, body: { state: 'waiting' } })
  expect((await world.callAs('/api/tasks/nothing/cancel', { method: 'POST' })).status).toBe(404)
  const { body } = await world.callAs('/api/tasks/turn-1')
  expect(body.timeline.at(-1)).toMatchObject({ kind: 'reopened', text: expect.stringMatching(/^token-/) })
})

test('a retry tells what it keeps; a fresh one keeps nothing', async () => {
  await keep('turn-2', 'demo steps 2')
  await world.store.steps.save('turn-2', 'step 1', 1)
  const post = (action: string, json?: unknown) => world.callAs(`/api/tasks/turn-2/${action}`, { method: 'POST', json })
  await post('cancel')
  expect(await post('retry')).toMatchObject({ status: 200, body: { state: 'waiting', kept: ['step 1'] } })
  await post('cancel')
  expect((await post('retry', { fresh: 'yes' })).status).toBe(400)
  expect(await post('retry', { fresh: true })).toMatchObject({ status: 200, body: { state: 'waiting', kept: [] } })
  expect(await world.store.steps.list('turn-2')).toEqual([])
})

test('a task that waits without a record can be cancelled too', async () => {
  world.queued.push(aTask(aMessage('fresh-2', 'demo sleep 60')))
  const { status, body } = await world.callAs('/api/tasks/fresh-2/cancel', { method: 'POST' })
  expect({ status, body }).toMatchObject({ status: 200, body: { id: 'fresh-2', state: 'cancelled' } })
  world.queued.length = 0
})

test('scenes tell their usage', async () => {
  const { body } = await world.callAs('/api/scenes')
  expect(body.scenes).toMatchObject([
    { name: 'demo', commands: [{ usage: 'demo sleep <seconds> [note…]', lane: 'long' }] },
  ])
})

test('the overview has lanes, channels and broken scene files', async () => {
  expect((await world.callAs('/api/overview')).body).toMatchObject({
    store: { up: true },
    lanes: [{ name: 'short', concurrency: 4 }],
    channels: [{ id: 'console', waiting: 0 }, { id: 'api' }, { id: 'staff', down: { why: 'trusted IP' } }],
    sceneFaults: [{ file: 'scenes/broken.ts', line: 3 }],
  })
})
