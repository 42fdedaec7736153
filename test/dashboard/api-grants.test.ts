import { afterAll, beforeAll, expect, test } from 'vitest'
import { aWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const put = (json: unknown) => world.callAs('/api/grants', { method: 'PUT', json })

test('a grant lets its person through until its last day is over, and leaves with a trace', async () => {
  const { status, body } = await put({ subject: 'Staff:ZhangSan', scene: 'report', validUntil: '2026-12-31' })
  expect(status).toBe(200)
  const end = Date.parse('2027-01-01T00:00:00+08:00')
  expect(body).toMatchObject({ subject: 'staff:zhangsan', scene: 'report', command: '*', validUntil: end })
  const question = { subjects: ['staff:zhangsan'], scene: 'report', command: 'weekly' }
  expect(await world.store.grants.allows(question, end - 1)).toBe(true)
  expect(await world.store.grants.allows(question, end)).toBe(false)
  expect((await world.callAs('/api/grants?subject=staff:ZHANGSAN')).body.grants).toHaveLength(1)

  const path = '/api/grants?subject=staff:zhangsan&scene=report'
  expect((await world.callAs(path, { method: 'DELETE' })).status).toBe(204)
  expect((await world.callAs(path, { method: 'DELETE' })).status).toBe(404)
  expect((await world.callAs('/api/grants')).body).toEqual({ grants: [] })
  const { body: audit } = await world.callAs('/api/audit')
  expect(audit.lines).toHaveLength(2)
  for (const { by } of audit.lines) expect(by).toMatch(/^token-/)
})

test('a moment may be written with its zone, and a group is a subject too', async () => {
  const json = { subject: 'group:qq:10001', scene: 'demo', command: 'spin', validFrom: '2026-01-01T00:00:00Z' }
  expect((await put(json)).body).toMatchObject({ validFrom: Date.UTC(2026, 0, 1), subject: 'group:qq:10001' })
})

test('a subject or date that cannot be meant is refused', async () => {
  const grant = { subject: 'staff:lisi', scene: 'report' }
  for (const json of [
    { ...grant, subject: 'lisi' },
    { ...grant, subject: 'staff:' },
    { ...grant, scene: '' },
    { ...grant, validUntil: '31.12.2026' },
    { ...grant, validFrom: '2026-02-30' },
    { ...grant, validFrom: '2026-02-02', validUntil: '2026-02-01' },
  ]) {
    expect({ json, ...(await put(json)) }).toMatchObject({ json, status: 400 })
  }
})
