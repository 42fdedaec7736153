import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aWorld, password, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

test('a bad field is a 400 that names it', async () => {
  const json = { to: { channel: 'staff', chat: 7 }, text: '你好' }
  const { status, body } = await world.callAs('/api/messages', { json })
  expect(status).toBe(400)
  expect(body.error).toEqual({ code: 'invalid', message: expect.stringMatching(/^body\.to\.chat: /) })
  const list = await world.callAs('/api/tasks?limit=0&state=asleep')
  expect(list.status).toBe(400)
  expect(list.body.error.message).toMatch(/query\.state\.0: .*query\.limit: /s)
})

test('what is not JSON, not there or too large is refused in words', async () => {
  const json = { 'content-type': 'application/json' }
  const answers = await Promise.all([
    world.callAs('/api/messages', { body: '{"to":', headers: json }),
    world.callAs('/api/messages', { method: 'POST' }),
    world.callAs('/api/messages', { body: 'to=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    world.callAs('/api/tasks', { body: `{"text":"${'x'.repeat(1024 * 1024)}"}`, headers: json }),
    world.call('/api/session', { body: `{"password":"${'x'.repeat(20_000)}"}`, headers: json }),
  ])
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 413, 413])
  for (const { body } of answers)
    expect(body).toEqual({ error: { code: expect.any(String), message: expect.any(String) } })
})

test('a route that is not there is a 404 in the same words', async () => {
  for (const path of ['/api/nothing', '/api', '/api/tasks/x/explode']) {
    expect(await world.callAs(path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  }
  expect(await world.callAs('/api/tasks/%E5%9')).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } })
})

test('while the store is away every call says so, but for the overview', async () => {
  const { cookie } = await world.signIn()
  world.isStoreAway = true
  const away = {
    status: 503,
    body: { error: { code: 'store_unavailable', message: expect.stringContaining('try again') } },
  }
  expect(await world.callAs('/api/tasks')).toMatchObject(away)
  expect(await world.callAs('/api/tasks', { json: { text: 'demo sleep 1' } })).toMatchObject(away)
  expect(await world.call('/api/tasks', { headers: { cookie } })).toMatchObject(away)
  expect(await world.call('/api/session', { json: { password } })).toMatchObject(away)
  expect((await world.callAs('/api/overview')).body).toMatchObject({ store: { up: false }, lanes: [] })
  world.isStoreAway = false
  expect((await world.callAs('/api/overview')).body).toMatchObject({ store: { up: true } })
})

test('a fault of ours is told as an id that stands in the log, and nothing else', async () => {
  const other = await world.again({}, { accept: () => Promise.reject(new Error('a secret of the house')) })
  const { status, body } = await other.callAs('/api/tasks', { json: { text: 'demo sleep 1' } })
  expect(status).toBe(500)
  const [, errorId = ''] = /as ([0-9a-f]{12})$/.exec(body.error.message) ?? []
  expect(other.logged).toContainEqual({
    text: 'api call failed',
    fields: { route: 'post /api/tasks', errorId, err: expect.objectContaining({ message: 'a secret of the house' }) },
  })
  expect(JSON.stringify(body)).not.toMatch(/secret|\.ts/)
  await other.close()
})

test('no JSON whatever makes it fail', async () => {
  const paths = ['/api/messages', '/api/tasks', '/api/session'] as const
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue(), async (path, json) => {
      const { status, body } = await world.callAs(path, { json })
      expect([202, 400, 401, 429]).toContain(status)
      if (status !== 202) expect(body.error.message).toEqual(expect.any(String))
    }),
    { numRuns: 200 },
  )
})
