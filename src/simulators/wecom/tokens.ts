import { type Answer, accept, refuse } from './answer.ts'
import type { Random } from './random.ts'

const LIVES_S = 7200
const BLOCK_MS = 3_600_000

export interface TokenRules {
  corpId: string
  secret: string
  /** So many wrong secrets block the caller for an hour. */
  wrongSecrets: number
  /** The documents leave open whether a second fetch brings the same token (false) or ends the first (true). */
  replacesOnFetch: boolean
}

/** gettoken and what it gave out: one token, because there is one app. */
export class Tokens {
  private readonly rules: TokenRules
  private readonly random: Random
  private current: { token: string; expiresAt: number } | undefined
  /** Tokens that ran out by themselves: 42001, where an unknown one is 40014. */
  private readonly expired = new Set<string>()
  private wrongSecrets = 0
  private blockedUntil = 0

  constructor(rules: TokenRules, random: Random) {
    this.rules = rules
    this.random = random
  }

  fetch(query: URLSearchParams, now: number): Answer {
    const { corpId, secret, wrongSecrets, replacesOnFetch } = this.rules
    if (now < this.blockedUntil) return refuse(45009, 'too many wrong secrets, blocked for an hour')
    if (query.get('corpid') !== corpId) return refuse(40013)
    if (query.get('corpsecret') !== secret) {
      this.wrongSecrets += 1
      if (this.wrongSecrets >= wrongSecrets) this.blockedUntil = now + BLOCK_MS
      return refuse(40001)
    }
    this.wrongSecrets = 0
    this.expire(now)
    if (!this.current || replacesOnFetch) {
      this.current = { token: this.random.letters(120), expiresAt: now + LIVES_S * 1000 }
    }
    const { token, expiresAt } = this.current
    return accept({ access_token: token, expires_in: Math.ceil((expiresAt - now) / 1000) })
  }

  /** A refusal, or undefined when the token holds. */
  check(token: string | null, now: number): Answer | undefined {
    this.expire(now)
    if (!token) return refuse(41001)
    if (token === this.current?.token) return undefined
    return refuse(this.expired.has(token) ? 42001 : 40014)
  }

  /** The platform may end a token early; calls with it get 40014 from now on. */
  invalidate(): void {
    this.current = undefined
  }

  private expire(now: number): void {
    if (!this.current || now < this.current.expiresAt) return
    this.expired.add(this.current.token)
    this.current = undefined
  }
}
