import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConfigError } from '../../config/config-error.ts'
import { readConfig } from '../../config/read.ts'

const variables = [
  'PORT',
  'REDIS_URL',
  'ADMIN_PASSWORD',
  'API_TOKENS',
  'ADMINS',
  'LOG_LEVEL',
  'TZ',
  'WECOM_CORP_ID',
  'WECOM_AGENT_ID',
  'WECOM_SECRET',
  'WECOM_TOKEN',
  'WECOM_ENCODING_AES_KEY',
  'WECOM_API_BASE_URL',
]

const templates = [
  (value: string) => `redisUrl: ${value}`,
  (value: string) => `apiTokens: [${value}]`,
  (value: string) =>
    `channels: [{ id: a, platform: wecom-app, secret: ${value}, token: ${value}, encodingAesKey: ${value} }]`,
  (value: string) => `adminPassword: { ${value}`,
  (value: string) => `adminPassword: "${value}\\q`,
  (value: string) => `adminPassword: a\n  secret: *${value}`,
  (value: string) => `adminPassword: !${value} x`,
  (value: string) => `channels: ${value}`,
  (value: string) => `logLevel: ${value}\nlang: ${value}\nlimits: ${value}\nlanes: { short: ${value} }`,
  () => `port: \${SECRET}\ntimeZone: \${SECRET}`,
]

function messageOf(environment: Record<string, string>, yaml?: string): string {
  try {
    readConfig(environment, () => yaml)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

const secret = fc.stringMatching(/^[G-Zg-z]{12,40}[ @:/#"'%!-]{0,3}[G-Zg-z]{12,40}$/)

/** No eight characters of it in a row. */
function tells(message: string, value: string): boolean {
  return Array.from({ length: value.length - 7 }, (_, at) => value.slice(at, at + 8)).some((piece) =>
    message.includes(piece),
  )
}

test('no value of the environment is told in an error', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...variables), secret), (environment) => {
      const message = messageOf(environment)
      for (const value of Object.values(environment)) expect(tells(message, value)).toBe(false)
    }),
  )
})

test('no value of the file is told in an error, also when the file cannot be parsed', () => {
  fc.assert(
    fc.property(fc.constantFrom(...templates), fc.stringMatching(/^[G-Zg-z]{24,40}$/), (template, value) => {
      expect(tells(messageOf({ SECRET: value }, template(value)), value)).toBe(false)
    }),
  )
})
