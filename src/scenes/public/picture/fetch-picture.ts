import { fetchFile, z } from '#scene'
import { AppError } from '../../../core/errors.ts'
import { addressFor } from './address.ts'
import { endingOf } from './image-type.ts'

/** The API as an operator has set it. */
export interface Api {
  url: string
  json?: string
  headers: Readonly<Record<string, string>>
  mostBytes: number
  allowPrivateUrls: boolean
}

/** The API gave no picture; why is for operators. */
export class NoPictureError extends Error {
  override readonly name = 'NoPictureError'
  readonly mayComeLater: boolean
  constructor(message: string, mayComeLater: boolean, options?: ErrorOptions) {
    super(message, options)
    this.mayComeLater = mayComeLater
  }
}

interface Picture {
  bytes: Uint8Array
  name: string
}

const FETCH_MS = 10_000
const JSON_BYTES = 1024 * 1024

/** A picture from the API. Throws NoPictureError. */
export async function fetchPicture(api: Api, what: string, signal: AbortSignal): Promise<Picture> {
  const asked = addressFor(api.url, what)
  const address = api.json === undefined ? asked : await addressIn(asked, api.json, api, signal)
  // The API's key is for the API, not for the place where its pictures lie.
  const headers = URL.parse(address)?.origin === URL.parse(asked)?.origin ? api.headers : {}
  const bytes = await get(address, { ...api, headers }, api.mostBytes, signal)
  const ending = endingOf(bytes)
  if (ending === undefined) throw new NoPictureError('what came is no JPEG, PNG, GIF or WebP', false)
  return { bytes, name: `picture${ending}` }
}

async function addressIn(asked: string, path: string, api: Api, signal: AbortSignal): Promise<string> {
  const bytes = await get(asked, api, JSON_BYTES, signal)
  const found = z.string().safeParse(at(parsed(bytes), path.split('.')))
  const address = found.success ? URL.parse(found.data, asked) : null
  if (address === null) throw new NoPictureError(`there is no address at ${path} in the answer`, false)
  return address.href
}

async function get(
  address: string,
  { headers, allowPrivateUrls }: Pick<Api, 'headers' | 'allowPrivateUrls'>,
  limitBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const options = { limitBytes, timeoutMs: FETCH_MS, allowPrivate: allowPrivateUrls, headers }
  try {
    return (await fetchFile(address, options, signal)).bytes
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw new NoPictureError(error.message, error.retry === 'later', { cause: error })
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw new NoPictureError('the answer is no JSON', false)
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
  // An object that has this name, as just seen; a list has its places as names.
  return at((value as Record<string, unknown>)[step], rest)
}
