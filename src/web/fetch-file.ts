import { lookup } from 'node:dns'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { AppError, RejectedError, UnavailableError } from '../core/errors.ts'
import { nameIn } from './file-name.ts'
import { atMost } from './read-at-most.ts'

const MOST_REDIRECTS = 3

export interface FetchedFile {
  bytes: Uint8Array
  name: string
  /** What the server calls it; nothing has looked inside. */
  type: string
}

export interface FetchFileOptions {
  limitBytes: number
  timeoutMs: number
  /** Sent to the host that is asked, not to another one that it redirects to: they may hold a key. */
  headers?: Readonly<Record<string, string>>
  /**
   * Also from this machine and its neighbours: for tests, or when every author of commands is trusted with the inner
   * network.
   */
  allowPrivate: boolean
}

/** The file at a web address, in memory. Throws as `openFile` does. */
export async function fetchFile(address: string, options: FetchFileOptions, signal: AbortSignal): Promise<FetchedFile> {
  const { stream, name, type } = await openFile(address, options, signal)
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), name, type }
}

/**
 * The file at a web address as it comes. Throws RejectedError (no http address, an inner one, not there, too large) or UnavailableError, here or
 * out of the stream. The address a name stands for is checked where the connection is made, so it cannot change in
 * between.
 */
export async function openFile(
  address: string,
  options: FetchFileOptions,
  signal: AbortSignal,
): Promise<{ stream: AsyncIterable<Uint8Array>; name: string; type: string }> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)])
  const asked = parsedUrl(address)
  let url = asked
  try {
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const headers = url.origin === asked.origin ? options.headers : undefined
      const response = await open(url, { ...options, headers }, limit)
      const status = response.statusCode ?? 0
      const next = response.headers.location
      if (status >= 300 && status < 400 && next !== undefined) {
        response.destroy()
        url = parsedUrl(next, url)
        continue
      }
      if (status >= 500 || status === 429) throw new UnavailableError(`${url.host} answered ${status}`)
      if (status !== 200) throw new RejectedError(`${url.host} answered ${status}`)
      const path = url.pathname.split('/').pop()
      const name = nameIn(response.headers['content-disposition'] ?? null) ?? (path || 'file')
      const type = response.headers['content-type'] ?? 'application/octet-stream'
      return { stream: bodyOf(response, url.host, options.limitBytes), name, type }
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new UnavailableError(`${url.host} cannot be reached`, { cause: error })
  }
  throw new RejectedError(`${url.host} redirects more than ${MOST_REDIRECTS} times`)
}

async function* bodyOf(response: IncomingMessage, host: string, limitBytes: number): AsyncIterable<Uint8Array> {
  try {
    yield* atMost(response, limitBytes)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new UnavailableError(`${host} cannot be reached`, { cause: error })
  }
}

function parsedUrl(address: string, base?: URL): URL {
  const url = URL.parse(address, base)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new RejectedError('a file is fetched from http or https only')
  return url
}

function open(url: URL, { allowPrivate, headers }: FetchFileOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // `lookup` is not asked when the host is an address already.
  if (!allowPrivate && isIP(host) !== 0 && isInner(host)) throw innerAddress(host)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // A connection of its own: one that is kept may have been opened without the guard, and may be closing.
  const options = { signal, headers, agent: false, ...(!allowPrivate && { lookup: publicLookup }) }
  const request: ClientRequest = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve)
  request.on('error', reject).end()
  return promise
}

const publicLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const inner = addresses?.find(({ address }) => isInner(address))
    const first = addresses?.[0]
    if (error || !first) done(error ?? new UnavailableError(`${host} has no address`), [])
    else if (inner) done(innerAddress(host), [])
    else if (options.all) done(null, addresses)
    else done(null, first.address, first.family)
  })
}

function innerAddress(host: string): RejectedError {
  return new RejectedError(`${host} is an address of this machine or its network: files are not fetched from there`)
}

const innerSubnets = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const

const inner = new BlockList()
for (const [net, prefix] of innerSubnets) inner.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4')

function isInner(address: string): boolean {
  return inner.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
