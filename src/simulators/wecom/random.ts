import { createHash, randomBytes } from 'node:crypto'

/** Where everything the simulator makes up comes from. With a seed, the same calls bring the same values. */
export interface Random {
  bytes(length: number): Buffer
  /** Letters and digits. */
  letters(length: number): string
  /** Digits that do not begin with 0. */
  digits(length: number): string
  /** True with this probability. */
  isChance(probability: number): boolean
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export function makeRandom(seed?: number): Random {
  const bytes = seed === undefined ? randomBytes : seeded(seed)
  const pick = (length: number, from: string): string => {
    let picked = ''
    for (const byte of bytes(length)) picked += from.charAt(byte % from.length)
    return picked
  }
  return {
    bytes,
    letters: (length) => pick(length, ALPHABET),
    digits: (length) => pick(1, '123456789') + pick(length - 1, '0123456789'),
    isChance: (probability) => probability >= 1 || bytes(4).readUInt32BE() / 2 ** 32 < probability,
  }
}

/** SHA-256 of a counter, as a stream. */
function seeded(seed: number): (length: number) => Buffer {
  let block = 0
  let rest: Buffer = Buffer.alloc(0)
  return (length) => {
    while (rest.length < length) {
      rest = Buffer.concat([rest, createHash('sha256').update(`${seed}/${block++}`).digest()])
    }
    const taken = rest.subarray(0, length)
    rest = rest.subarray(length)
    return taken
  }
}
