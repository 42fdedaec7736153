import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Catalog, CommandEntry, SceneEntry } from '../../../src/core/command/catalog.ts'
import { isTriggered, readCommand, suggest } from '../../../src/core/command/command.ts'

function aCommand(scene: string, name: string, more: Partial<CommandEntry> = {}): CommandEntry {
  const rest = { lane: 'short', timeoutMs: 1000, attempts: 3, args: [], aliases: [], triggers: [] }
  return { scene, name, summary: { zh: name, en: name }, ...rest, ...more }
}

function aScene(name: string, ...commands: CommandEntry[]): SceneEntry {
  return { name, summary: { zh: name, en: name }, isPublic: true, file: `${name}.ts`, commands }
}

const catalog: Catalog = {
  faults: [],
  scenes: [
    aScene(
      '',
      aCommand('', 'help', { aliases: ['帮助'] }),
      aCommand('', 'task'),
      aCommand('', 'approve', { aliases: ['同意'], args: [{ name: 'number', optional: false, rest: false }] }),
    ),
    aScene('demo', aCommand('demo', 'Echo'), aCommand('demo', 'sleep', { aliases: ['睡', 'nap'] })),
    aScene('weather', aCommand('weather', 'default'), aCommand('weather', 'week')),
    aScene('task', aCommand('task', 'list')),
    aScene(
      'shop',
      aCommand('shop', 'price', { triggers: [{ kind: 'keyword', keyword: '多少钱' }] }),
      aCommand('shop', 'order', { triggers: [{ kind: 'pattern', source: '^SO-\\d+$', flags: 'i' }] }),
      aCommand('shop', 'hours', { triggers: [{ kind: 'exact', text: '几点 Open' }] }),
    ),
  ],
}
const prefixes = { '#': 'demo echo', '##': 'weather', '!': 'demo echo loudly', '?': 'no such' }
const read = (text: string) => {
  const route = readCommand(text, catalog, prefixes)
  return route && [route.scene, route.command, route.rest]
}

test('scene and command are two words, whatever their case and spaces', () => {
  expect(read('demo echo hi  you')).toEqual(['demo', 'Echo', 'hi  you'])
  expect(read('　DEMO　ECHO　hi ')).toEqual(['demo', 'Echo', 'hi '])
  expect(read('/demo echo hi')).toEqual(['demo', 'Echo', 'hi'])
})

test('the rest keeps its line breaks, and a command does not reach over one', () => {
  expect(read('demo echo \n a\nb')).toEqual(['demo', 'Echo', '\n a\nb'])
  expect(read('demo\necho hi')).toBeUndefined()
  expect(read('weather\nweek')).toEqual(['weather', 'default', '\nweek'])
})

test('built-in commands are bare, and stand before scenes of the same name', () => {
  expect(read('help demo')).toEqual(['', 'help', 'demo'])
  expect(read('／task 12')).toEqual(['', 'task', '12'])
  expect(read('task list')).toEqual(['', 'task', 'list'])
})

test('an alias is bare', () => {
  expect(read('睡 5')).toEqual(['demo', 'sleep', '5'])
  expect(read('/NAP')).toEqual(['demo', 'sleep', ''])
})

test.each([
  ['同意12b', '12b'],
  ['/同意#12B2 可以', '#12B2 可以'],
  ['同意１２ｂ\n可以', '１２ｂ\n可以'],
])('%s: a built-in’s Chinese alias and the number of a task need no space', (text, rest) => {
  expect(read(text)).toEqual(['', 'approve', rest])
})

test.each(['同意12b，可以', '同意了12', '帮助12', '睡5', '我同意12', '同意12个人来'])('%s calls nothing', (text) => {
  expect(read(text)).toBeUndefined()
})

test('a scene’s default command takes what names no command', () => {
  expect(read('weather 北京')).toEqual(['weather', 'default', '北京'])
  expect(read('weather week 2')).toEqual(['weather', 'week', '2'])
  expect(read('weather')).toEqual(['weather', 'default', ''])
  expect(read('demo what')).toBeUndefined()
})

test('a prefix stands for its command line, the longest first', () => {
  expect(read('#介绍')).toEqual(['demo', 'Echo', '介绍'])
  expect(read(' #\n介绍')).toEqual(['demo', 'Echo', '\n介绍'])
  expect(read('## 北京')).toEqual(['weather', 'default', '北京'])
  expect(read('!hi')).toEqual(['demo', 'Echo', 'loudly hi'])
  expect(read('?hi')).toBeUndefined()
})

test('what stands in a text calls by chance, a name or the whole text does not', () => {
  const byChance = ['这个多少钱？', 'so-12', '几点 open', 'demo echo hi', '#介绍'].filter(
    (text) => readCommand(text, catalog, prefixes)?.isByChance,
  )
  expect(byChance).toEqual(['这个多少钱？', 'so-12'])
})

test('a keyword or a pattern calls its command with the whole text', () => {
  expect(read('这个多少钱？')).toEqual(['shop', 'price', '这个多少钱？'])
  expect(read('so-12')).toEqual(['shop', 'order', 'so-12'])
  expect(read('demo echo 多少钱')).toEqual(['demo', 'Echo', '多少钱'])
  expect(read('你好')).toBeUndefined()
  expect(read('')).toBeUndefined()
})

test('an exact text calls its command, whatever its case and the spaces around it', () => {
  expect(read(' 几点 OPEN\n')).toEqual(['shop', 'hours', '几点 OPEN'])
  expect(read('几点 open?')).toBeUndefined()
})

test('what calls a command by itself is known, what names one is none of it', () => {
  for (const text of ['这个多少钱？', 'so-12', '几点 open']) expect(isTriggered(text, catalog)).toBe(true)
  for (const text of ['', '你好', 'demo echo hi', '睡 5', '#介绍', `${'x'.repeat(1_000)}多少钱`])
    expect(isTriggered(text, catalog)).toBe(false)
})

test('any text is read, and a long one at once', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readCommand(text, catalog, prefixes)))
  const startedAt = performance.now()
  for (const piece of ['a', ' ', '　\n', '#']) readCommand(piece.repeat(100_000), catalog, prefixes)
  suggest('a'.repeat(100_000), catalog, () => true)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

test('slips of the finger are answered with what was meant', () => {
  const all = (): boolean => true
  expect(suggest('dmeo ehco hi', catalog, all)).toEqual(['demo Echo'])
  expect(suggest('demo slep 5', catalog, all)[0]).toBe('demo sleep')
  expect(suggest('hlep', catalog, all)).toEqual(['help'])
  expect(suggest('/wea 北京', catalog, all)).toContain('weather')
  expect(suggest('demo', catalog, all)).toEqual(['demo Echo', 'demo sleep'])
  expect(suggest('今天吃什么', catalog, all)).toEqual([])
  expect(suggest('dmeo ehco', catalog, (scene) => scene !== 'demo')).toEqual([])
})
