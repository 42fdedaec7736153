import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { editorSchema, settingsKeysAt } from '../../config/editor-schema.ts'
import { readConfig } from '../../config/read.ts'
import { nearest } from '../../config/spelling.ts'

const read = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8')

test('the committed editor schema is the one the code makes', () => {
  // `npm run schema` writes it anew.
  expect(JSON.parse(read('huitou.schema.json'))).toEqual(JSON.parse(JSON.stringify(editorSchema())))
})

test('the example file is valid, as it is and with its comments taken off', () => {
  const example = read('huitou.example.yaml')
  expect(example.split('\n')[0]).toBe('# yaml-language-server: $schema=./huitou.schema.json')
  expect(readConfig({}, () => example).prefixes).toEqual({ '#': 'chat ask', '!': 'demo echo' })

  const [head = '', ...rest] = example.split('\nlang: zh\n')
  const settings = (text: string) => text.replace(/^# ((?: {2,}|- )?(?:\w+:|- ).*|\s+\w+:.*)$/gm, '$1')
  const full = `${settings(head)}\nlang: zh\n${settings(rest.join(''))}`
  const environment = {
    REDIS_PASSWORD: 'p',
    REPORTS_API_TOKEN: '0123456789abcdef',
    STAFF_CORP_ID: 'ww1',
    QQ_ACCESS_TOKEN: 'x'.repeat(32),
    STAFF_SECRET: 's',
    WIKI_TOKEN: 'w',
    STAFF_TOKEN: 't',
    STAFF_ENCODING_AES_KEY: 'x'.repeat(43),
  }
  expect(readConfig(environment, () => full)).toMatchObject({
    port: 8420,
    timeZone: 'Asia/Shanghai',
    channels: [
      { id: 'staff', agentId: 1000002 },
      { id: 'qq', groups: { 20001: { answer: ['all'] } } },
    ],
    grants: [{ subject: 'wecom:zhangsan' }, { subject: 'group:wecom:wrksffcgaa' }],
    scenes: { replies: { folder: './config/replies' }, picture: { json: 'data.0.url' } },
    limits: { graceMs: 3000 },
  })
})

test('every setting is described for editors', () => {
  const { properties = {} } = editorSchema()
  const silent = Object.entries(properties).filter(([, value]) => typeof value === 'object' && !value.description)
  expect(silent.map(([name]) => name)).toEqual([])
})

test('the names that may stand at a place are known', () => {
  expect(settingsKeysAt([])).toContain('channels')
  expect(settingsKeysAt(['channels', 0])).toContain('encodingAesKey')
  expect(settingsKeysAt(['channels', 0, 'limits', 'chat', 1])).toEqual(['count', 'windowMs'])
  expect(settingsKeysAt(['lanes', 'short'])).toEqual(['concurrency', 'isolation', 'memoryMb'])
})

test('a near word is found, a far one is not', () => {
  expect(nearest('chanels', ['lanes', 'channels'])).toBe('channels')
  expect(nearest('hsot', ['port', 'host'])).toBe('host')
  expect(nearest('encodingAESKey', ['encodingAesKey'])).toBe('encodingAesKey')
  expect(nearest('llm', ['lanes', 'lang'])).toBeUndefined()
})
