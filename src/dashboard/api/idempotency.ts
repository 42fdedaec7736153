import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Api } from './api.ts'
import { ApiFault } from './fault.ts'
import type { Input } from './route.ts'

const keptMs = 24 * 60 * 60_000
const keySchema = z.string().min(1).max(255)
const claimSchema = z.object({ id: z.string(), body: z.string() })

/**
 * The id of what a call makes: a new one, or for a repeat with the same `Idempotency-Key` the first call's, for 24 h.
 * Everything made under it bears being made again, so a call that died half-way is completed by its repeat. Throws a
 * 409 for a repeat with another body.
 */
export async function callId(
  api: Api,
  { request, caller, body, now }: Pick<Input<unknown, unknown, unknown>, 'request' | 'caller' | 'body' | 'now'>,
  prefix: string,
): Promise<string> {
  const fresh = `${prefix}-${randomBytes(10).toString('hex')}`
  const given = request.get('idempotency-key')
  if (given === undefined) return fresh
  const key = keySchema.safeParse(given)
  if (!key.success) throw new ApiFault(400, 'invalid', 'Idempotency-Key: 1 to 255 characters')

  const mine = { id: fresh, body: digest(JSON.stringify(body)) }
  const name = `idempotency:${prefix}:${caller.name}:${digest(key.data)}`
  const stands = await api.store.settings.claim(name, JSON.stringify(mine), now, now + keptMs)
  const first = claimSchema.parse(JSON.parse(stands))
  if (first.body === mine.body) return first.id
  throw new ApiFault(409, 'idempotency_conflict', 'this Idempotency-Key was used for another body in the last 24 h')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
