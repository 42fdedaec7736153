import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressFor, addressSchema } from '../../src/scenes/public/picture/address.ts'
import { type Api, fetchPicture, NoPictureError } from '../../src/scenes/public/picture/fetch-picture.ts'
import picture from '../../src/scenes/public/picture.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const never = new AbortController().signal
let base = ''
let elsewhere = ''
const asked: { url: string; headers: IncomingHttpHeaders }[] = []

const server = createServer((request, response) => {
  const url = request.url ?? ''
  asked.push({ url, headers: request.headers })
  if (url.startsWith('/png')) response.end(png)
  else if (url === '/html') response.end('<html>')
  else if (url === '/large') response.end(Buffer.alloc(5_000))
  else if (url === '/away') response.writeHead(502).end()
  else if (url.startsWith('/json')) response.end(JSON.stringify({ data: [{ url: '/png?from=json', no: 1 }] }))
  else if (url === '/far') response.end(JSON.stringify({ url: `${elsewhere}/png` }))
  else response.writeHead(404).end()
})
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  // A server that listens on a TCP port has an address with one.
  const { port } = server.address() as AddressInfo
  base = `http://127.0.0.1:${port}`
  elsewhere = `http://localhost:${port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const anApi = (path: string, more: Partial<Api> = {}): Api => ({
  url: path.startsWith('http') ? path : base + path,
  headers: { authorization: 'Bearer key' },
  mostBytes: 4_096,
  allowPrivateUrls: true,
  ...more,
})

describe('a picture', () => {
  test('comes from the address itself, with what was asked for in it', async () => {
    expect(await fetchPicture(anApi('/png?tag={what}'), '猫 & 狗', never)).toEqual({ bytes: png, name: 'picture.png' })
    expect(asked.at(-1)).toMatchObject({
      url: `/png?tag=${encodeURIComponent('猫 & 狗')}`,
      headers: { authorization: 'Bearer key' },
    })
  })

  test('or from the address that stands in its answer', async () => {
    expect(await fetchPicture(anApi('/json', { json: 'data.0.url' }), '', never)).toMatchObject({ bytes: png })
    expect(asked.at(-1)).toMatchObject({ url: '/png?from=json', headers: { authorization: 'Bearer key' } })
  })

  test('is fetched from another host without the key of the API', async () => {
    expect(await fetchPicture(anApi('/far', { json: 'url' }), '', never)).toMatchObject({ bytes: png })
    expect(asked.at(-1)?.headers.authorization).toBeUndefined()
  })

  test.each<[string, Partial<Api>, string, boolean]>([
    ['/html', {}, 'no JPEG, PNG, GIF or WebP', false],
    ['/large', {}, 'larger than', false],
    ['/away', {}, 'answered 502', true],
    ['/none', {}, 'answered 404', false],
    ['/html', { json: 'url' }, 'no JSON', false],
    ['/json', { json: 'data.1.url' }, 'no address at data.1.url', false],
    ['/json', { json: 'data.0.no' }, 'no address', false],
    ['/json', { json: 'data.__proto__.url' }, 'no address', false],
    ['/png', { allowPrivateUrls: false }, 'not fetched from there', false],
  ])('is not what %s gives (%j)', async (path, more, why, mayComeLater) => {
    const thrown: unknown = await fetchPicture(anApi(path, more), '', never).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(NoPictureError)
    expect(thrown).toMatchObject({ message: expect.stringContaining(why), mayComeLater })
  })
})

describe('its address', () => {
  test.each([
    'ftp://example.com',
    'example.com',
    'https://{what}',
    'https://{what}.example.com/',
    'https://{what}@example.com/',
  ])('is not %s', (address) => {
    expect(addressSchema.safeParse(address).success).toBe(false)
  })

  test('stays on its host and path, whatever is asked for', () => {
    const address = 'https://api.example.com/pictures/{what}/random?of={what}'
    expect(addressSchema.safeParse(address).success).toBe(true)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '.', '../..', '#', '?')), (what) => {
        const url = new URL(addressFor(address, what))
        expect([url.origin, url.pathname.split('/').length, url.pathname.startsWith('/pictures/')]).toEqual([
          'https://api.example.com',
          4,
          true,
        ])
      }),
    )
  })
})

describe('as a scene', () => {
  const pick = ({ en }: { en: string }) => en
  const logged: string[] = []
  const run = (given: Record<string, unknown>, attempt = 1, restsMs = 0) => {
    const settings = picture.settings?.parse(given)
    const more = { coolDown: async () => restsMs, log: (line: string) => void logged.push(line), signal: never, pick }
    // What the command asks of its context, and no more.
    return picture.commands.default?.run({ args: { what: '' }, settings, attempt, ...more } as never)
  }
  test('it is off without an address, and rests between two pictures', async () => {
    await expect(run({})).rejects.toThrow('scenes.picture.url')
    await expect(run({ url: `${base}/png` }, 1, 2_100)).rejects.toThrow('again in 3 s')
    expect(await run({ url: `${base}/png`, allowPrivateUrls: true })).toMatchObject({
      kind: 'image',
      name: 'picture.png',
    })
  })

  test('an API that is away is asked once more, and then it is said', async () => {
    const away = { url: `${base}/away`, allowPrivateUrls: true }
    await expect(run(away)).rejects.toThrow(NoPictureError)
    await expect(run(away, 2)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('try again'),
    })
    await expect(run({ url: `${base}/png` })).rejects.toMatchObject({ name: 'UsageError' })
    expect(logged).toEqual([expect.stringContaining('502'), expect.stringContaining('not fetched from there')])
  })
})
