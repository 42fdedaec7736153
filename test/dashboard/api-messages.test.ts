import { afterAll, beforeAll, expect, test } from 'vitest'
import { aWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const to = { channel: 'staff', chat: 'zhangsan' }
const push = (json: unknown, key?: string) =>
  world.callAs('/api/messages', { json, headers: key === undefined ? {} : { 'idempotency-key': key } })

test('a push becomes a delivery that can be asked about', async () => {
  const { status, body } = await push({ to, markdown: '**好了**' })
  expect(status).toBe(202)
  const [id] = body.deliveryIds
  expect((await world.callAs(`/api/deliveries/${id}`)).body).toMatchObject({
    state: 'queued',
    attempts: 0,
    delivery: { id, to: { ...to, chatKind: 'private' }, part: { kind: 'markdown', text: '**好了**' } },
  })
  expect((await world.callAs('/api/deliveries/nothing')).status).toBe(404)
})

test('the same key and body are one push, also at once; another body is a conflict; another key is another push', async () => {
  const repeats = await Promise.all(Array.from({ length: 5 }, () => push({ to, text: '一次' }, 'key-1')))
  expect(new Set(repeats.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(repeats.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
  const conflict = await push({ to, text: '两次' }, 'key-1')
  expect(conflict).toMatchObject({ status: 409, body: { error: { code: 'idempotency_conflict' } } })
  expect((await push({ to, text: '一次' }, 'key-2')).body).not.toEqual(repeats[0]?.body)
  expect((await push({ to, text: '一次' })).body).not.toEqual((await push({ to, text: '一次' })).body)
  expect((await push({ to, text: '一次' }, 'x'.repeat(256))).status).toBe(400)
})

test('a key is forgotten after a day', async () => {
  const first = await push({ to, text: '今天' }, 'daily')
  world.skewMs += 24 * 60 * 60_000 + 1
  expect((await push({ to, text: '明天' }, 'daily')).status).toBe(202)
  expect((await push({ to, text: '明天' }, 'daily')).body).not.toEqual(first.body)
  world.skewMs = 0
})

test('a push says exactly one thing, to a channel that is there', async () => {
  for (const json of [
    { to },
    { to, text: '' },
    { to, text: 'a', markdown: 'b' },
    { to, image: {} },
    { to, image: { url: 'file:///etc/passwd' } },
    { to, file: { name: 'a.txt', base64: 'not base64!' } },
    { to, file: { name: 'a.txt', base64: 'YQ==', url: 'https://example.com/a' } },
    { to: { ...to, channel: 'nowhere' }, text: 'a' },
  ]) {
    expect({ json, ...(await push(json)) }).toMatchObject({ json, status: 400, body: { error: { code: 'invalid' } } })
  }
})

test('the bytes of a pushed file are kept, and ride in no delivery', async () => {
  const bytes = Buffer.from('a,b\n1,2\n')
  const { body } = await push({ to, file: { name: '../周报.csv', base64: bytes.toString('base64') } })
  const { body: record } = await world.callAs(`/api/deliveries/${body.deliveryIds[0]}`)
  expect(record.delivery.part).toEqual({
    kind: 'file',
    name: '../周报.csv',
    media: { source: 'kept', fileId: expect.any(String) },
  })
  const file = await world.store.files.get(record.delivery.part.media.fileId, Date.now())
  expect(file).toMatchObject({ name: '周报.csv' })
  expect(Buffer.from(file?.bytes ?? [])).toEqual(bytes)
})

test('what no store can hold is taken out of a text', async () => {
  const { body } = await push({ to, text: 'a\u0000b\ud800' })
  const { body: record } = await world.callAs(`/api/deliveries/${body.deliveryIds[0]}`)
  expect(record.delivery.part.text).toBe('ab\ufffd')
})

test('a delivery that was refused can be sent again, one that waits cannot', async () => {
  const { body } = await push({ to: { channel: 'staff', chat: 'resend' }, text: '再来' })
  const [id] = body.deliveryIds
  expect(await world.callAs(`/api/deliveries/${id}/resend`, { method: 'POST' })).toMatchObject({ status: 409 })
  const limits = { account: [], chat: [] }
  const taken = await world.store.outbox.take(
    { channel: 'staff', chat: 'resend' },
    { now: Date.now(), leaseMs: 1000, limits },
  )
  expect(taken.state).toBe('yours')
  await world.store.outbox.applyVerdict(id, 1, { state: 'refused', why: 'no such user' }, Date.now())
  expect(await world.callAs(`/api/deliveries/${id}/resend`, { method: 'POST' })).toMatchObject({
    status: 202,
    body: { state: 'queued' },
  })
  expect((await world.callAs('/api/deliveries/nothing/resend', { method: 'POST' })).status).toBe(404)
})
