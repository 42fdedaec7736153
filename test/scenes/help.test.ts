import { expect, test } from 'vitest'
import type { Catalog, CommandEntry } from '../../src/core/command/catalog.ts'
import { helpText } from '../../src/scenes/help.ts'

function aCommand(scene: string, name: string, more: Partial<CommandEntry> = {}): CommandEntry {
  const rest = { lane: 'short', timeoutMs: 1000, attempts: 3, args: [], aliases: [], triggers: [] }
  return { scene, name, summary: { zh: `${name}的说明`, en: `about ${name}` }, ...rest, ...more }
}

const seconds = { name: 'seconds', optional: false, rest: false, description: '0-60' }
const mode = { name: 'mode', optional: true, rest: false, choices: ['deep', 'light'] }
const catalog: Catalog = {
  faults: [],
  scenes: [
    {
      name: '',
      summary: { zh: '', en: '' },
      isPublic: true,
      file: '',
      commands: [aCommand('', 'help'), aCommand('', 'grant')],
    },
    {
      name: 'demo',
      summary: { zh: '演示', en: 'Try it' },
      isPublic: true,
      file: 'demo.ts',
      commands: [
        aCommand('demo', 'echo'),
        aCommand('demo', 'sleep', {
          args: [seconds, mode],
          aliases: ['睡'],
          triggers: [{ kind: 'keyword', keyword: '好困' }],
          example: 'demo sleep 5',
        }),
      ],
    },
    {
      name: 'secret',
      summary: { zh: '秘密', en: 'Secret' },
      isPublic: false,
      file: 'secret.ts',
      commands: [aCommand('secret', 'plan')],
    },
  ],
}
const mayUse = (scene: string, command: string): boolean => scene !== 'secret' && command !== 'grant'
const help = (...path: string[]): string => helpText(catalog, path, mayUse, 'zh')

test('help shows every scene and built-in command that the asker may use', () => {
  expect(help()).toBe(
    [
      '你可以让我做这些事：',
      '▸ demo · 演示',
      '   echo  sleep',
      '',
      '随时可用：',
      '   help',
      '',
      '发送 help demo 了解更多。',
    ].join('\n'),
  )
  expect(helpText(catalog, [], () => true, 'en')).toContain('▸ secret · Secret\n   plan')
  expect(helpText(catalog, [], () => false, 'en')).toBe('There is no scene that you may use yet.')
})

test('help for a scene shows its commands and how they are written', () => {
  expect(help('Demo')).toBe(
    [
      'demo · 演示',
      '',
      '▸ demo echo',
      '   echo的说明',
      '▸ demo sleep <seconds> [mode]',
      '   sleep的说明',
      '',
      '发送 help demo echo 了解更多。',
    ].join('\n'),
  )
})

test('help for a command shows its arguments, an example and its other names', () => {
  const said = [
    'demo sleep <seconds> [mode]',
    'sleep的说明',
    '',
    '▸ seconds: 0-60',
    '▸ mode: deep | light',
    '',
    '例：demo sleep 5',
    '也可以写：睡',
    '说到这些词也会触发：好困',
  ].join('\n')
  expect(help('demo', 'SLEEP')).toBe(said)
  expect(help('睡')).toBe(said)
  expect(help('/help')).toContain('help的说明')
})

test('what the asker may not use does not exist', () => {
  for (const path of [['secret'], ['secret', 'plan'], ['grant'], ['nothing'], ['demo', 'nothing']]) {
    expect(help(...path)).toBe(`没有“${path.join(' ')}”，或者你还不能使用它。发送 help 查看全部。`)
  }
})
