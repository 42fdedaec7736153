import { expect, test } from 'vitest'
import { readConfig } from '../../../config/read.ts'
import { configuredPresets, presetDefaults } from '../../../src/app/adapters/preset-defaults.ts'

const read = (yaml: string) => readConfig({ TZ: 'UTC' }, () => yaml)

test('a group has its own preset, else that of all groups, of the channel, of everybody', () => {
  const config = read(
    `llm: { preset: everybody }
channels:
  - { id: qq, platform: onebot, accessToken: a-token-for-tests, preset: ours, groups: { default: { preset: groups }, 20001: { preset: 翻译 } } }
`,
  )
  const defaults = presetDefaults(config)
  const at = (channel: string, chat: string) =>
    defaults({ channel, chat, chatKind: chat.startsWith('g') ? 'group' : 'private' })
  expect(at('qq', 'g20001')).toEqual(['翻译', 'groups', 'ours', 'everybody'])
  expect(at('qq', 'g20002')).toEqual(['groups', 'ours', 'everybody'])
  expect(at('qq', '10001')).toEqual(['ours', 'everybody'])
  expect(at('console', 'ops')).toEqual(['everybody'])
  expect(configuredPresets(config).toSorted()).toEqual(['everybody', 'groups', 'ours', '翻译'])
  expect(() => read('llm: { preset: Not A Name }')).toThrow(/preset/)
})
