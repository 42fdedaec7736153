import { createCipheriv, createDecipheriv, createSecretKey, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { SetupError } from '../../core/errors.ts'
import { refusal } from './refusal.ts'

// The scheme of all WeCom callbacks: https://developer.work.weixin.qq.com/document/path/90968
const BLOCK = 32
const RANDOM = 16
const HEAD = RANDOM + 4

export interface CryptoSettings {
  token: string
  encodingAesKey: string
  /** For whom the platform encrypts: the corp id, or nothing for robots. */
  receiveId: string
}

export interface WecomCrypto {
  sign(timestamp: string, nonce: string, encrypted: string): string
  /** Throws UnverifiedError unless `given` is the signature of the rest. */
  verify(given: string, timestamp: string, nonce: string, encrypted: string): void
  /** The message inside. Throws UnverifiedError when anything about the frame is not as the platform makes it. */
  decrypt(encrypted: string): string
  /** `random`: 16 bytes, fresh ones unless given. */
  encrypt(message: string, random?: Buffer): string
}

/** Prepares key and IV once. Throws SetupError when the token or the key cannot be one. */
export function wecomCrypto({ token, encodingAesKey, receiveId }: CryptoSettings): WecomCrypto {
  if (!/^[A-Za-z0-9]{1,32}$/.test(token)) throw new SetupError('wecom: the Token must be 1 to 32 letters or digits')
  const rawKey = aesKeyOf(encodingAesKey)
  const key = createSecretKey(rawKey)
  const iv = rawKey.subarray(0, 16)
  const receiver = Buffer.from(receiveId)

  return {
    sign: (timestamp, nonce, encrypted) => signatureOf(token, timestamp, nonce, encrypted),

    verify(given, timestamp, nonce, encrypted) {
      const expected = Buffer.from(signatureOf(token, timestamp, nonce, encrypted))
      const candidate = Buffer.from(given)
      if (candidate.length !== expected.length || !timingSafeEqual(candidate, expected)) {
        throw refusal('signature_mismatch')
      }
    },

    decrypt(encrypted) {
      const sealed = Buffer.from(encrypted, 'base64')
      // Buffer.from leaves out what is not base64: then fewer bytes come out than the text's length promises.
      if (sealed.length === 0 || sealed.length % 16 !== 0 || sealed.length !== base64Bytes(encrypted)) {
        throw refusal('bad_ciphertext')
      }
      const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
      const frame = unpad(decipher.update(sealed))
      decipher.final()
      if (frame.length < HEAD) throw refusal('bad_length')
      const end = HEAD + frame.readUInt32BE(RANDOM)
      if (end > frame.length) throw refusal('bad_length')
      if (!frame.subarray(end).equals(receiver)) throw refusal('receive_id_mismatch')
      return frame.toString('utf8', HEAD, end)
    },

    encrypt(message, random = randomBytes(RANDOM)) {
      const text = Buffer.from(message)
      const length = HEAD + text.length + receiver.length
      const padding = BLOCK - (length % BLOCK)
      const frame = Buffer.alloc(length + padding, padding)
      random.copy(frame, 0, 0, RANDOM)
      frame.writeUInt32BE(text.length, RANDOM)
      text.copy(frame, HEAD)
      receiver.copy(frame, HEAD + text.length)
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
      return Buffer.concat([cipher.update(frame), cipher.final()]).toString('base64')
    },
  }
}

/** Sorted as bytes: all four are ASCII on the wire, where the order of code units is that of bytes. */
export function signatureOf(token: string, timestamp: string, nonce: string, encrypted: string): string {
  return hash('sha1', [token, timestamp, nonce, encrypted].sort().join(''), 'hex')
}

/** The AES key; its last character may carry stray low bits, which a strict decoder would refuse. */
export function aesKeyOf(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey) || key.length !== 32) {
    throw new SetupError('wecom: the EncodingAESKey must be 43 letters or digits')
  }
  return key
}

function base64Bytes(text: string): number {
  const fill = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - fill
}

/** PKCS#7 with blocks of 32, which the platform uses and OpenSSL's own padding (16) does not take off. */
function unpad(padded: Buffer): Buffer {
  const padding = padded[padded.length - 1] ?? 0
  if (padding < 1 || padding > BLOCK || padding > padded.length) throw refusal('bad_padding')
  const end = padded.length - padding
  for (let i = end; i < padded.length; i++) if (padded[i] !== padding) throw refusal('bad_padding')
  return padded.subarray(0, end)
}
