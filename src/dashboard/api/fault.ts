import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { AppError, StoreUnavailableError, UsageError } from '../../core/errors.ts'
import type { ApiPorts } from './ports.ts'

/** The caller asked for something that cannot be done; `message` is what they read. */
export class ApiFault extends AppError {
  override readonly name = 'ApiFault'
  readonly retry = 'never'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export function invalid(path: string, message: string): ApiFault {
  return new ApiFault(400, 'invalid', `${path}: ${message}`)
}

export function notFound(what: string): ApiFault {
  return new ApiFault(404, 'not_found', `there is no ${what}`)
}

/** What Express's body readers throw for what the caller did wrong. */
const bodyErrorSchema = z.object({ status: z.number().max(499), type: z.string(), expose: z.literal(true) })
const bodyErrors: Readonly<Record<string, [status: number, code: string, message: string]>> = {
  'entity.too.large': [413, 'too_large', 'the body is too large'],
  'entity.parse.failed': [400, 'invalid', 'body: not JSON'],
  'request.aborted': [400, 'invalid', 'the body did not arrive whole'],
  'charset.unsupported': [415, 'unsupported', 'the body must be UTF-8'],
  'encoding.unsupported': [415, 'unsupported', 'this content encoding is not supported'],
}

/** Turns whatever was thrown into an answer. What nobody expected is logged under an id, and only the id is told. */
export function faultOf(error: unknown, route: string, log: ApiPorts['log']): ApiFault {
  if (error instanceof ApiFault) return error
  if (error instanceof UsageError) return new ApiFault(400, 'invalid', error.message)
  if (error instanceof StoreUnavailableError) {
    log.warn({ route, err: error }, 'store unavailable')
    const message = 'the store cannot be reached or is full; nothing was changed, try again'
    return new ApiFault(503, 'store_unavailable', message, { 'retry-after': '1' })
  }
  const bodyError = bodyErrorSchema.safeParse(error)
  if (bodyError.success) {
    const [status, code, message] = bodyErrors[bodyError.data.type] ?? [400, 'invalid', 'the body cannot be read']
    return new ApiFault(status, code, message)
  }
  const errorId = randomBytes(6).toString('hex')
  log.error({ route, errorId, err: error }, 'api call failed')
  return new ApiFault(500, 'internal', `something went wrong here; operators find it in the log as ${errorId}`)
}

/** A value from outside by its schema; a 400 that names each bad field otherwise. */
export function parseAs<T extends z.ZodType>(schema: T, value: unknown, place: string): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.slice(0, 5).map((issue) => {
    const path = [place, ...issue.path.map(String)].join('.')
    return `${path}: ${issue.message}`
  })
  throw new ApiFault(400, 'invalid', lines.join('; '))
}
