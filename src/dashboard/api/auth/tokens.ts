import { createHash, timingSafeEqual } from 'node:crypto'

/** The bearer tokens that pass. None are set: none passes. */
export interface TokenBook {
  /** The name of the token's bearer, or undefined. Takes the same time for every token. */
  bearerOf(authorization: string): string | undefined
}

export function tokenBook(tokens: readonly string[]): TokenBook {
  const known = tokens.filter((token) => token !== '').map(digest)
  return {
    bearerOf(authorization) {
      const given = digest(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '')
      const matches = known.map((token) => timingSafeEqual(token, given))
      // The name tells tokens apart in the audit log and says nothing about them.
      return matches.includes(true) ? `token-${given.toString('hex').slice(0, 8)}` : undefined
    },
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
