import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RejectedError, UnavailableError } from '../../src/core/errors.ts'
import { fetchFile } from '../../src/web/fetch-file.ts'
import { asciiName } from '../../src/web/file-name.ts'

const never = new AbortController().signal
const options = { limitBytes: 1024 * 1024, timeoutMs: 10_000, allowPrivate: true }

let base = ''
const server = createServer((request, response) => {
  const path = request.url ?? ''
  if (path.startsWith('/file')) response.setHeader('content-type', 'text/csv').end('a,b,c')
  else if (path === '/hop') response.writeHead(302, { location: '/file/report.csv' }).end()
  else if (path === '/away')
    response.writeHead(302, { location: `${base.replace('127.0.0.1', 'localhost')}/told` }).end()
  else if (path === '/near') response.writeHead(302, { location: '/told' }).end()
  else if (path === '/told') response.end(String(request.headers['x-key']))
  else if (path === '/round') response.writeHead(302, { location: '/round' }).end()
  else if (path === '/local') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
  else if (path === '/large') response.end(Buffer.alloc(options.limitBytes + 1))
  else if (path === '/broken') response.writeHead(503).end()
  else if (path === '/slow') response.write('a')
  else response.writeHead(404).end()
})
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  // A server that listens on a TCP port has an address with one.
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('a file has the name at the end of its address', async () => {
  const file = { bytes: Buffer.from('a,b,c'), name: 'report.csv', type: 'text/csv' }
  expect(await fetchFile(`${base}/file/report.csv?x=1`, options, never)).toEqual(file)
  expect(await fetchFile(`${base}/hop`, options, never)).toEqual(file)
})

test('a connection that was opened without the guard is not used behind it', async () => {
  const address = `${base.replace('127.0.0.1', 'localhost')}/file/report.csv`
  expect((await fetchFile(address, options, never)).name).toBe('report.csv')
  await expect(fetchFile(address, { ...options, allowPrivate: false }, never)).rejects.toThrow(RejectedError)
})

test('headers are for the host that is asked, and for no other', async () => {
  const told = async (path: string) => {
    const { bytes } = await fetchFile(base + path, { ...options, headers: { 'x-key': 'k' } }, never)
    return Buffer.from(bytes).toString()
  }
  expect([await told('/told'), await told('/near'), await told('/away')]).toEqual(['k', 'k', 'undefined'])
})

test.each([
  ['/round', RejectedError],
  ['/local', RejectedError],
  ['/large', RejectedError],
  ['/missing', RejectedError],
  ['/broken', UnavailableError],
])('%s is a %o', async (path, family) => {
  await expect(fetchFile(base + path, options, never)).rejects.toThrow(family)
})

test('an address that sends too slowly is given up', async () => {
  await expect(fetchFile(`${base}/slow`, { ...options, timeoutMs: 50 }, never)).rejects.toThrow(UnavailableError)
})

describe('inner addresses are refused', () => {
  test.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://2130706433/',
    'http://0/',
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a00:1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'no address',
  ])('%s', async (address) => {
    await expect(fetchFile(address, { ...options, allowPrivate: false }, never)).rejects.toThrow(RejectedError)
  })
})

test('a name that is not ASCII gets a plain one with its ending', () => {
  expect(asciiName('report 1.csv')).toBe('report 1.csv')
  expect(asciiName('周报.csv')).toBe('file.csv')
  expect(asciiName('周报')).toBe('file')
  expect(asciiName('a"\r\nb.c"sv')).toBe('file.csv')
})
