import { expect, test } from 'vitest'
import type { Message } from '../../../src/core/message/message.ts'
import { openLanguages } from '../../../src/engine/people/languages.ts'
import type { Settings } from '../../../src/store/store.ts'

/** Settings in memory that count how often they are asked. */
function someSettings(): Pick<Settings, 'get' | 'set'> & { asked: number } {
  const kept = new Map<string, string>()
  return {
    asked: 0,
    async get(name) {
      this.asked += 1
      return kept.get(name)
    },
    async set(name, value) {
      kept.set(name, value)
    },
  }
}

const message: Message = {
  id: 'm1',
  from: { channel: 'staff', chat: 'ZhangSan', chatKind: 'private' },
  sender: { id: 'ZhangSan' },
  text: '',
  parts: [],
  receivedAt: 0,
}

test("a person's own choice comes first, then the message's, then the installation's", async () => {
  const languages = openLanguages(someSettings(), 'zh', () => 0)
  expect(await languages.of(message)).toBe('zh')
  expect(await languages.of({ ...message, lang: 'en' })).toBe('en')
  await languages.set('staff:zhangsan', 'en')
  expect(await languages.of(message)).toBe('en')
  expect(await languages.of({ ...message, lang: 'zh' })).toBe('en')
})

test('what is known is not asked again, until another process may have changed it', async () => {
  let now = 0
  const settings = someSettings()
  const here = openLanguages(settings, 'zh', () => now)
  const there = openLanguages(settings, 'zh', () => now)
  await here.of(message)
  await here.of(message)
  expect(settings.asked).toBe(1)
  await there.set('staff:zhangsan', 'en')
  now = 10_001
  expect(await here.of(message)).toBe('en')
})

test('a value that is no language is none', async () => {
  const settings = someSettings()
  await settings.set('lang:staff:zhangsan', 'klingon')
  expect(await openLanguages(settings, 'zh', () => 0).of(message)).toBe('zh')
})
