import { createHmac, timingSafeEqual } from 'node:crypto'
import { UnverifiedError } from '../../core/errors.ts'
import type { InboundRequest } from '../channel.ts'
import type { OnebotConfig } from './settings.ts'

/** Who a socket proved to be. */
export interface Proof {
  account: string
  /** What travels on it: events, calls, or both. */
  role: 'api' | 'event' | 'universal'
  /** Whether its message_ids repeat, see `parse`. */
  repeatsIds: boolean
}

/**
 * Proves that a socket is opened by who has our token, before the upgrade; with `allowNoToken` also by who names none.
 * Throws UnverifiedError.
 * go-cqhttp writes the scheme `Token`; NapCat with no token set sends an empty one, which is none.
 */
export function verifySocket({ headers, rawQuery }: InboundRequest, config: OnebotConfig): Proof {
  const scheme = /^(?:bearer|token)\s+(.+)$/i.exec(headers.authorization ?? '')
  const given = scheme?.[1]?.trim() || new URLSearchParams(rawQuery).get('access_token') || ''
  if (given === '' && !config.allowNoToken) throw new UnverifiedError('onebot: no access token', 'no_token', 401)
  if (given !== '' && !isSame(given, config.accessToken))
    throw new UnverifiedError('onebot: another access token', 'wrong_token', 403)
  const account = headers['x-self-id']?.trim() ?? ''
  if (!/^\d{1,20}$/.test(account)) throw new UnverifiedError('onebot: no X-Self-ID', 'no_account', 400)
  if (config.accounts.length > 0 && !config.accounts.includes(account)) {
    throw new UnverifiedError('onebot: an account that is not configured', 'unknown_account', 403)
  }
  const named = headers['x-client-role']?.trim().toLowerCase()
  const role = named === 'api' || named === 'event' ? named : 'universal'
  return { account, role, repeatsIds: /lagrange/i.test(headers['user-agent'] ?? '') }
}

/** Proves that a posted event is signed with our secret; its account. Throws UnverifiedError. */
export function verifyPost({ method, headers, body }: InboundRequest, config: OnebotConfig): string {
  if (config.httpSecret === undefined)
    throw new UnverifiedError('onebot: no secret is set for posted events', 'no_secret', 401)
  if (method !== 'POST') throw new UnverifiedError('onebot: events are posted', 'wrong_method', 405)
  const signature = headers['x-signature']
  if (signature === undefined) throw new UnverifiedError('onebot: no signature', 'no_signature', 401)
  const expected = createHmac('sha1', config.httpSecret).update(body).digest()
  const hex = /^sha1=([0-9a-f]{40})$/i.exec(signature)?.[1]
  if (hex === undefined || !timingSafeEqual(Buffer.from(hex, 'hex'), expected)) {
    throw new UnverifiedError('onebot: the signature does not match', 'bad_signature', 403)
  }
  const account = headers['x-self-id']?.trim() ?? ''
  if (config.accounts.length > 0 && !config.accounts.includes(account)) {
    throw new UnverifiedError('onebot: an account that is not configured', 'unknown_account', 403)
  }
  return account
}

/** In a time that tells nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
