import { afterAll, beforeAll, expect, test } from 'vitest'
import { aWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const upload = (body: Uint8Array<ArrayBuffer>, type: string, name?: string) =>
  world.callAs('/api/files', {
    body,
    headers: { 'content-type': type, ...(name === undefined ? {} : { 'x-file-name': name }) },
  })

test('a picture comes back as it went in, to be shown in place', async () => {
  const bytes = Buffer.from([0x89, 0x50, 0, 0xff, 0x0d, 0x0a])
  const { status, body } = await upload(bytes, 'image/png', encodeURIComponent("图 '1'.png"))
  expect(status).toBe(201)
  expect(body).toEqual({ fileId: expect.stringMatching(/^file-/), name: "图 '1'.png", type: 'image/png', bytes: 6 })
  const response = await fetch(`${world.url}/api/files/${body.fileId}`, {
    headers: { authorization: `Bearer ${world.ports.config.apiTokens[0]}` },
  })
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': "inline; filename*=UTF-8''%E5%9B%BE%20%271%27.png",
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  })
})

test('what could run in a browser is only ever downloaded', async () => {
  for (const type of ['text/html', 'image/svg+xml', 'application/xml', 'text/html; charset=utf-8', 'nonsense']) {
    const { body } = await upload(Buffer.from('<script>alert(1)</script>'), type, 'a.html')
    const { headers } = await world.callAs(`/api/files/${body.fileId}`)
    expect(headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(headers.get('content-type')).not.toContain(';')
  }
})

test('a name is no path, and nothing is kept without bytes', async () => {
  const name = encodeURIComponent('C:\\secrets\\..\\a\u0000b\r\n.txt')
  expect((await upload(Buffer.from('x'), 'text/plain', name)).body.name).toBe('ab.txt')
  expect((await upload(Buffer.from('x'), 'text/plain', '..')).body.name).toBe('file')
  expect((await upload(Buffer.from('x'), 'text/plain', '%E5%9B')).status).toBe(400)
  expect((await upload(Buffer.alloc(0), 'text/plain', 'a')).status).toBe(400)
  expect((await upload(Buffer.alloc(20 * 1024 * 1024 + 1), 'text/plain', 'a')).status).toBe(413)
  expect((await world.callAs('/api/files/file-nothing')).status).toBe(404)
})
