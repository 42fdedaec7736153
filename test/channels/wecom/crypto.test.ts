import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aesKeyOf, signatureOf, wecomCrypto } from '../../../src/channels/wecom/crypto.ts'
import { SetupError, UnverifiedError } from '../../../src/core/errors.ts'
import { vectors } from './vectors.ts'

interface Published {
  id: string
  kind: 'published'
  config_inline: { token: string; encoding_aes_key: string; receive_id: string }
  input: { timestamp: string; nonce: string; msg_signature: string; encrypt: string }
  expect: { signature: string; plaintext: string; receive_id: string }
}
interface Sign {
  id: string
  kind: 'sign'
  input: { token: string; timestamp: string; nonce: string; encrypt: string }
  expect: { signature: string }
}
interface Aes {
  id: string
  kind: 'aes'
  input: { encoding_aes_key: string; random_hex: string; plaintext: string; receive_id: string }
  expect: { encrypt: string }
}
interface Key {
  id: string
  kind: 'key'
  input: { encoding_aes_key: string }
  expect: { aes_key_hex: string; iv_hex: string } | { outcome: 'reject' }
}

const { cases } = vectors<{ cases: (Published | Sign | Aes | Key)[] }>('wecom-crypto')
const encodingAesKey = '5vrSjU8qjUCViLfHH2BPHE4devmqYTSShor1Abyg80r'

describe('vectors', () => {
  test.each(cases)('$id', (vector) => {
    switch (vector.kind) {
      case 'published': {
        const { token, encoding_aes_key, receive_id: receiveId } = vector.config_inline
        const { timestamp, nonce, msg_signature, encrypt } = vector.input
        const crypto = wecomCrypto({ token, encodingAesKey: encoding_aes_key, receiveId })
        expect(crypto.sign(timestamp, nonce, encrypt)).toBe(vector.expect.signature)
        crypto.verify(msg_signature, timestamp, nonce, encrypt)
        return expect(crypto.decrypt(encrypt)).toBe(vector.expect.plaintext)
      }
      case 'sign': {
        const { token, timestamp, nonce, encrypt } = vector.input
        return expect(signatureOf(token, timestamp, nonce, encrypt)).toBe(vector.expect.signature)
      }
      case 'aes': {
        const { encoding_aes_key, random_hex, plaintext, receive_id: receiveId } = vector.input
        const crypto = wecomCrypto({ token: 'T', encodingAesKey: encoding_aes_key, receiveId })
        expect(crypto.encrypt(plaintext, Buffer.from(random_hex, 'hex'))).toBe(vector.expect.encrypt)
        return expect(crypto.decrypt(vector.expect.encrypt)).toBe(plaintext)
      }
      case 'key': {
        if ('outcome' in vector.expect) {
          return expect(() => aesKeyOf(vector.input.encoding_aes_key)).toThrow(SetupError)
        }
        const key = aesKeyOf(vector.input.encoding_aes_key)
        expect(key.toString('hex')).toBe(vector.expect.aes_key_hex)
        return expect(key.subarray(0, 16).toString('hex')).toBe(vector.expect.iv_hex)
      }
    }
  })
})

test('what is encrypted comes out again, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (message, receiveId) => {
      const crypto = wecomCrypto({ token: 'T', encodingAesKey, receiveId })
      expect(crypto.decrypt(crypto.encrypt(message))).toBe(message)
    }),
  )
})

test('bytes that are no callback are refused, never anything else', () => {
  const crypto = wecomCrypto({ token: 'T', encodingAesKey, receiveId: '' })
  const blocks = fc.integer({ min: 0, max: 6 }).chain((n) => fc.uint8Array({ minLength: 16 * n, maxLength: 16 * n }))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        blocks.map((bytes) => Buffer.from(bytes).toString('base64')),
      ),
      (encrypted) => {
        try {
          crypto.decrypt(encrypted)
        } catch (error) {
          expect(error).toBeInstanceOf(UnverifiedError)
        }
      },
    ),
  )
})

test('a token that the platform would not make refuses to start', () => {
  for (const token of ['', 'a'.repeat(33), 'with space']) {
    expect(() => wecomCrypto({ token, encodingAesKey, receiveId: '' })).toThrow(SetupError)
  }
})
