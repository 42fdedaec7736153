import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decrypt, encrypt, readKey, sign } from '../../../src/simulators/wecom/crypto.ts'
import { readXml, writeXml } from '../../../src/simulators/wecom/xml.ts'

type Texts<Names extends string> = Record<Names, string>
interface CryptoCase {
  id: string
  kind: string
  title: string
  config_inline: Texts<'token' | 'encoding_aes_key' | 'receive_id'>
  input: Texts<
    'token' | 'timestamp' | 'nonce' | 'encrypt' | 'encoding_aes_key' | 'random_hex' | 'plaintext' | 'receive_id'
  >
  expect: Texts<'signature' | 'encrypt' | 'plaintext' | 'outcome' | 'aes_key_hex'>
}
interface AppCase {
  id: string
  kind: string
  request: { raw_query: string }
  plaintext: string
  make: Texts<'random_hex' | 'receive_id_in_cipher' | 'encrypt'>
  input: { plaintext: string; parsed: object; random_hex: string }
  output: Texts<'body' | 'encrypt'>
}

// The fixtures lie beside this file and have these fields, each kind of case those that its test reads.
const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../fixtures/simulators/${name}`, import.meta.url), 'utf8')) as T
const crypto = read<{ cases: CryptoCase[] }>('wecom-crypto.json')
const app = read<{ config: Texts<'token' | 'encoding_aes_key' | 'receive_id'>; cases: AppCase[] }>(
  'wecom-app-callback.json',
)
const ofKind = <T extends { kind: string }>(cases: T[], kind: string): T[] => cases.filter((one) => one.kind === kind)
const appKey = readKey(app.config.encoding_aes_key)

test.each(ofKind(crypto.cases, 'sign'))('$id: $title', ({ input, expect: wanted }) => {
  expect(sign(input.token, input.timestamp, input.nonce, input.encrypt)).toBe(wanted.signature)
})

test.each(ofKind(crypto.cases, 'aes'))(
  '$id: the same random bytes make the same ciphertext',
  ({ input, expect: wanted }) => {
    const key = readKey(input.encoding_aes_key)
    const random = Buffer.from(input.random_hex, 'hex')
    expect(encrypt(key, input.plaintext, input.receive_id, random)).toBe(wanted.encrypt)
    expect(decrypt(key, wanted.encrypt)).toEqual({ text: input.plaintext, receiveId: input.receive_id })
  },
)

test.each(ofKind(crypto.cases, 'published'))('$id: $title', ({ config_inline: config, input, expect: wanted }) => {
  expect(sign(config.token, input.timestamp, input.nonce, input.encrypt)).toBe(wanted.signature)
  const opened = decrypt(readKey(config.encoding_aes_key), input.encrypt)
  expect(opened).toEqual({ text: wanted.plaintext, receiveId: config.receive_id })
})

test.each(ofKind(crypto.cases, 'key'))('$id: $title', ({ input, expect: wanted }) => {
  if (wanted.outcome === 'reject') expect(() => readKey(input.encoding_aes_key)).toThrow(RangeError)
  else expect(readKey(input.encoding_aes_key).toString('hex')).toBe(wanted.aes_key_hex)
})

test.each(ofKind(app.cases, 'callback'))('$id is sealed byte for byte as the official library does', (one) => {
  const { random_hex, receive_id_in_cipher, encrypt: sealed } = one.make
  expect(encrypt(appKey, one.plaintext, receive_id_in_cipher, Buffer.from(random_hex, 'hex'))).toBe(sealed)
  const query = new URLSearchParams(one.request.raw_query)
  const signature = sign(app.config.token, query.get('timestamp') ?? '', query.get('nonce') ?? '', sealed)
  expect(signature).toBe(query.get('msg_signature'))
})

test.each(ofKind(app.cases, 'reply'))('$id is read as it was written', ({ input, output }) => {
  const { Encrypt, MsgSignature, TimeStamp, Nonce } = readXml(output.body)
  expect(MsgSignature).toBe(sign(app.config.token, String(TimeStamp), String(Nonce), String(Encrypt)))
  const { text, receiveId } = decrypt(appKey, String(Encrypt))
  expect({ text, receiveId }).toEqual({ text: input.plaintext, receiveId: app.config.receive_id })
  expect(readXml(text)).toEqual(input.parsed)
  expect(encrypt(appKey, text, receiveId, Buffer.from(input.random_hex, 'hex'))).toBe(output.encrypt)
})

test('whatever is encrypted comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), fc.string(), (text, receiveId) => {
      const sealed = encrypt(appKey, text, receiveId, Buffer.alloc(16, 7))
      expect(decrypt(appKey, sealed)).toEqual({ text, receiveId })
    }),
  )
})

test('any text survives the XML', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 2 }), (texts) => {
      const [first = ''] = texts
      const read = readXml(
        writeXml({ One: first, Many: { item: texts }, Count: texts.length, Id: 7300123456789081934n }),
      )
      expect(read).toEqual({ One: first, Many: { item: texts }, Count: `${texts.length}`, Id: '7300123456789081934' })
    }),
  )
})

test.each([
  '',
  'success',
  '<xml>',
  '<xml></yml>',
  '<a></a>',
  '<!DOCTYPE x><xml></xml>',
  '<xml a="1"></xml>',
  '<xml></xml><xml></xml>',
])('no XML of a reply: %s', (text) => {
  expect(() => readXml(text)).toThrow(SyntaxError)
})
