import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { linkPath } from '../../src/core/file-link.ts'
import { fileLinks } from '../../src/ingress/file-links.ts'
import { linkKey } from '../../src/store/link-key.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

const HOUR_MS = 3_600_000
let url: string
let now: number
let key: string
let isAway: boolean

beforeEach(async () => {
  now = 1_800_000_000_000
  isAway = false
  const store = await anEmbeddedStore()
  onTestFinished(() => store.close())
  key = await linkKey(store.settings, now)
  await store.files.put({
    id: 'file-1',
    name: "结果 (1)'s.csv",
    type: 'text/csv',
    bytes: Buffer.from('城市,金额\r\n'),
    expiresAt: now + HOUR_MS,
  })
  const app = express()
  app.use(
    fileLinks({
      files: {
        get(...given) {
          if (isAway) throw new StoreUnavailableError('away')
          return store.files.get(...given)
        },
      },
      key: () => linkKey(store.settings, now),
      now: () => now,
    }),
  )
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  // A listening server has an address with a port.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

test('a link opens the file for whoever has it, to be saved and never shown in place', async () => {
  const response = await fetch(`${url}${linkPath(key, 'file-1', now + HOUR_MS)}`)
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('城市,金额\r\n')
  const headers = Object.fromEntries(response.headers)
  expect(headers).toMatchObject({
    'content-type': 'text/csv',
    'content-disposition': "attachment; filename*=UTF-8''%E7%BB%93%E6%9E%9C%20%281%29%27s.csv",
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  expect(headers['content-security-policy']).toContain('sandbox')
})

test('the key is made once, whichever process asks', async () => {
  const store = await anEmbeddedStore()
  onTestFinished(() => store.close())
  const keys = await Promise.all([1, 2, 3].map(() => linkKey(store.settings, now)))
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
})

test('when its time is over the link is as if it had never been', async () => {
  const link = `${url}${linkPath(key, 'file-1', now + HOUR_MS)}`
  now += HOUR_MS
  const gone = await fetch(link)
  const never = await fetch(`${url}/f/file-1/zzz/forged`)
  expect([gone.status, never.status]).toEqual([404, 404])
  expect(await gone.text()).toBe(await never.text())
})

test.each([
  ['with another file', () => linkPath(key, 'file-1', now + HOUR_MS).replace('file-1', 'file-2')],
  ['for longer', () => linkPath(key, 'file-1', now + HOUR_MS).replace(/\/[a-z0-9]+\/([^/]+)$/, '/zzzzzzzzz/$1')],
  ['signed with a key that was guessed', () => linkPath('', 'file-1', now + HOUR_MS)],
  ['signed for a file that is gone', () => linkPath(key, 'file-9', now + HOUR_MS)],
  ['with a path in it', () => `/f/..%2f..%2fetc%2fpasswd/zzz/x`],
])('a link %s opens nothing', async (_, path) => {
  const response = await fetch(`${url}${path()}`)
  expect(response.status).toBe(404)
  expect(await response.text()).not.toContain('城市')
})

test('HEAD tells how large it is; while the store is away the link says so', async () => {
  const link = `${url}${linkPath(key, 'file-1', now + HOUR_MS)}`
  const head = await fetch(link, { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe('15')
  isAway = true
  expect((await fetch(link)).status).toBe(503)
})
