import { randomBytes, randomInt, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import type { Store } from '../../../store/store.ts'
import type { ApiConfig } from '../ports.ts'

const settingName = 'admin-password'
const hashBytes = 32
/** About 60 ms and 32 MB a try. */
const cost: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/** The one password of the dashboard: `ADMIN_PASSWORD`, else the one made at first start. */
export interface AdminPassword {
  /** Takes the same time for right and wrong. */
  matches(given: string, now: number): Promise<boolean>
  /** Changes with the password, and with nothing else; undefined while there is none. */
  key(now: number): Promise<Buffer | undefined>
}

interface Kept {
  salt: Buffer
  hash: Buffer
}

export function adminPassword(config: Pick<ApiConfig, 'adminPassword'>, settings: Store['settings']): AdminPassword {
  let fromConfig: Promise<Kept> | undefined
  async function current(now: number): Promise<Kept | undefined> {
    if (!config.adminPassword) return readKept(await settings.get(settingName, now))
    // This hash never leaves memory, so a salt that is the same everywhere gives nothing away, and all processes agree
    // on it.
    fromConfig ??= hashed(config.adminPassword, Buffer.from('huitou-admin-pass'))
    return fromConfig
  }

  return {
    async matches(given, now) {
      const kept = await current(now)
      const tried = await hashed(given, kept?.salt ?? Buffer.alloc(16))
      return timingSafeEqual(tried.hash, kept?.hash ?? randomBytes(hashBytes)) && kept !== undefined
    },
    async key(now) {
      return (await current(now))?.hash
    },
  }
}

/**
 * Sees to it that there is a password. Where none is set and none was made, makes a readable one, keeps its hash, and
 * gives it back in `shown`: once, to one process, to be shown to whoever starts it.
 */
export async function ensureAdminPassword(
  store: Pick<Store, 'settings'>,
  config: Pick<ApiConfig, 'adminPassword'>,
  now: number,
): Promise<{ shown?: string }> {
  if (config.adminPassword || (await store.settings.get(settingName, now)) !== undefined) return {}
  const password = readablePassword()
  const { salt, hash } = await hashed(password, randomBytes(16))
  const mine = ['scrypt', salt.toString('base64url'), hash.toString('base64url')].join(':')
  const stands = await store.settings.claim(settingName, mine, now)
  return stands === mine ? { shown: password } : {}
}

function readKept(value: string | undefined): Kept | undefined {
  const [scheme, salt, hash] = value?.split(':') ?? []
  if (scheme !== 'scrypt' || !salt || !hash) return undefined
  const bytes = Buffer.from(hash, 'base64url')
  return bytes.length === hashBytes ? { salt: Buffer.from(salt, 'base64url'), hash: bytes } : undefined
}

function hashed(password: string, salt: Buffer): Promise<Kept> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize(), salt, hashBytes, cost, (error, hash) =>
      error ? reject(error) : resolve({ salt, hash }),
    )
  })
}

/** Sixteen characters nobody mistakes for others: 79 bits. */
function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}
