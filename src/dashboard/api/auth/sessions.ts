import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Store } from '../../../store/store.ts'
import type { AdminPassword } from './password.ts'

export const sessionMs = 7 * 24 * 60 * 60_000

/**
 * Signed-in browsers. A session is a random token in a cookie; the store only knows its HMAC under the password's key,
 * so a new password ends all.
 */
export interface Sessions {
  open(now: number): Promise<string>
  isOpen(token: string, now: number): Promise<boolean>
  close(token: string, now: number): Promise<void>
}

export function sessionsOf(password: AdminPassword, settings: Store['settings']): Sessions {
  async function nameOf(token: string, now: number): Promise<string | undefined> {
    const key = await password.key(now)
    return key && `session:${createHmac('sha256', key).update(token).digest('base64url')}`
  }
  return {
    async open(now) {
      const token = randomBytes(32).toString('base64url')
      const name = await nameOf(token, now)
      if (name === undefined) throw new Error('a session needs an admin password')
      await settings.set(name, String(now), now + sessionMs)
      return token
    },
    async isOpen(token, now) {
      const name = await nameOf(token, now)
      return name !== undefined && (await settings.get(name, now)) !== undefined
    },
    async close(token, now) {
      const name = await nameOf(token, now)
      if (name !== undefined) await settings.remove(name)
    },
  }
}

/** What a state-changing call of this session carries as `x-huitou-csrf`: only a page of ours can read it. */
export function csrfOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url')
}

export function isCsrfOf(token: string, given: string): boolean {
  const expected = Buffer.from(csrfOf(token))
  const bytes = Buffer.from(given)
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}
