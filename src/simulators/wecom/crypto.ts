import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/*
 * The platform's side of the message crypto (document 90968): AES-256-CBC with PKCS#7 in blocks of 32, where Node pads
 * in blocks of 16; hence the padding by hand.
 */
const BLOCK = 32
const RANDOM_BYTES = 16
const HEADER = RANDOM_BYTES + 4

/** The AES key in an EncodingAESKey. Its last character may carry stray bits, so the base64 is read tolerantly. */
export function readKey(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey) || key.length !== 32) {
    throw new RangeError('an EncodingAESKey is 43 letters and digits')
  }
  return key
}

export function encrypt(key: Buffer, text: string, receiveId: string, random: Buffer): string {
  const message = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  const frame = Buffer.concat([random, length, message, Buffer.from(receiveId)])
  const padding = BLOCK - (frame.length % BLOCK)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(frame), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]).toString(
    'base64',
  )
}

/** Throws when the padding or the length is wrong. */
export function decrypt(key: Buffer, encrypted: string): { text: string; receiveId: string } {
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(encrypted, 'base64'), decipher.final()])
  const padding = padded.at(-1) ?? 0
  const frame = padded.subarray(0, padded.length - padding)
  const isPadded = padding >= 1 && padding <= BLOCK && padded.subarray(-padding).every((byte) => byte === padding)
  if (!isPadded || frame.length < HEADER) throw new RangeError('the padding is wrong')
  const end = HEADER + frame.readUInt32BE(RANDOM_BYTES)
  if (end > frame.length) throw new RangeError('the message is longer than its frame')
  return { text: frame.toString('utf8', HEADER, end), receiveId: frame.toString('utf8', end) }
}

/** Parts in the order of their bytes; all of them are ASCII, where that is the order of `sort`. */
export function sign(token: string, timestamp: string, nonce: string, encrypted: string): string {
  return createHash('sha1').update([token, timestamp, nonce, encrypted].sort().join('')).digest('hex')
}
