import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Argument } from '../../../src/core/command/catalog.ts'
import { readArguments, usageLine } from '../../../src/core/command/words.ts'
import { UsageError } from '../../../src/core/errors.ts'

const arg = (name: string, more: Partial<Argument> = {}): Argument => ({ name, optional: false, rest: false, ...more })
const team = arg('team')
const weeks = arg('weeks', { optional: true })
const text = arg('text', { rest: true })
const dry = arg('dry', { flag: true, optional: true })
const read = (rest: string, ...args: Argument[]) => readArguments(rest, { scene: 'demo', name: 'try', args }, 'zh')
const refused = (rest: string, ...args: Argument[]) => {
  try {
    return read(rest, ...args)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

test('words are arguments in order, and full-width spaces are spaces', () => {
  expect(read('a　b', team, weeks)).toEqual({ team: 'a', weeks: 'b' })
  expect(read('  a ', team, weeks)).toEqual({ team: 'a' })
})

test('double, single and Chinese quotes keep what they hold together', () => {
  expect(read('"a b" \'c d\'', team, weeks)).toEqual({ team: 'a b', weeks: 'c d' })
  expect(read('“a b” ‘c d’', team, weeks)).toEqual({ team: 'a b', weeks: 'c d' })
  expect(read(String.raw`"say \"hi\" \\ C:\new"`, team)).toEqual({ team: String.raw`say "hi" \ C:\new` })
  expect(read('""', team)).toEqual({ team: '' })
})

test('an apostrophe inside a word is a letter', () => {
  expect(read("O'Brien it's", team, weeks)).toEqual({ team: "O'Brien", weeks: "it's" })
})

test('arguments can be named, in either way, anywhere before the rest', () => {
  expect(read('--weeks=3 a', team, weeks)).toEqual({ team: 'a', weeks: '3' })
  expect(read('a --WEEKS 3', team, weeks)).toEqual({ team: 'a', weeks: '3' })
  expect(read('--team="a b" 3', team, weeks)).toEqual({ team: 'a b', weeks: '3' })
  expect(read('--team= 3', team, weeks)).toEqual({ team: '', weeks: '3' })
})

test('a flag needs no value and takes yes or no', () => {
  expect(read('--dry a', dry, team)).toEqual({ team: 'a', dry: true })
  expect(read('a --dry=no', dry, team)).toEqual({ team: 'a', dry: false })
  expect(refused('a --dry=perhaps', dry, team)).toContain('--dry 只能是 true 或 false')
})

test('what is quoted or follows -- is no name', () => {
  expect(read('"--dry"', dry, team)).toEqual({ team: '--dry' })
  expect(read('-- --dry', dry, team)).toEqual({ team: '--dry' })
})

test('a rest argument takes all that is left, spaces, quotes and dashes as they are', () => {
  expect(read('a  b   "c  d --dry ', team, text, dry)).toEqual({ team: 'a', text: 'b   "c  d --dry' })
  expect(read('--what is this', text)).toEqual({ text: '--what is this' })
  expect(read("'tis so", text)).toEqual({ text: "'tis so" })
})

test('a rest in one pair of quotes is what stands in them', () => {
  expect(read('"hello  you"', text)).toEqual({ text: 'hello  you' })
  expect(read('"hello" said "you"', text)).toEqual({ text: '"hello" said "you"' })
})

test('what follows the first line break is the last argument as it is', () => {
  expect(read('a\n  "b\n c" ', team, text)).toEqual({ team: 'a', text: '  "b\n c" ' })
  expect(read('a\r\nb c', team, weeks)).toEqual({ team: 'a', weeks: 'b c' })
  expect(read('a b\nc', team, text)).toEqual({ team: 'a', text: 'b\nc' })
  expect(read('\nall of it', text)).toEqual({ text: 'all of it' })
  expect(read('a\n', team, weeks)).toEqual({ team: 'a' })
})

test('too many, missing, unknown and unclosed are said in a sentence with the usage line', () => {
  expect(refused('a b c', team, weeks)).toBe(
    '参数太多：不知道“c”该放在哪里。有空格的内容请加引号。\n用法：demo try <team> [weeks]',
  )
  expect(refused('a b\nc', team, weeks)).toContain('参数太多')
  expect(refused('', team, weeks)).toContain('缺少参数 team')
  expect(refused('\nb', team, text)).toContain('缺少参数 team')
  expect(refused('a --nope', team, weeks)).toContain('没有参数 --nope')
  expect(refused('a --weeks', team, weeks)).toContain('--weeks 后面缺少值')
  expect(refused('"a b', team)).toContain('引号 " 没有配对')
  const entry = { scene: 'demo', name: 'try', args: [team] }
  expect(() => readArguments('', entry, 'en')).toThrow('The argument team is missing.\nUsage: demo try <team>')
})

test('choices are checked, whatever their case', () => {
  const format = arg('format', { choices: ['csv', 'JSON'] })
  expect(read('json', format)).toEqual({ format: 'JSON' })
  expect(refused('xml', format)).toContain('参数 format 只能是：csv、JSON')
})

test('the usage line shows what may be left out, the rest and the flags', () => {
  const args = [team, weeks, dry, text]
  expect(usageLine({ scene: 'demo', name: 'try', args })).toBe('demo try <team> [weeks] [--dry] <text…>')
  expect(usageLine({ scene: '', name: 'task', args: [arg('n')] })).toBe('task <n>')
  expect(usageLine({ scene: 'weather', name: 'default', args: [arg('city')] })).toBe('weather <city>')
})

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('"', "'", '“', '”', '\\', '-', '=', ' ', '　', '\n', 'a', '字') }),
)

test('nothing but a UsageError is ever thrown', () => {
  fc.assert(
    fc.property(anyText, fc.subarray([team, weeks, dry, text]), (rest, args) => {
      refused(rest, ...args)
    }),
  )
})

test('what is quoted is read back', () => {
  const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`
  const value = fc.string({ unit: 'grapheme' }).filter((one) => !/[\r\n]/.test(one))
  fc.assert(
    fc.property(value, value, value, (one, two, three) => {
      const args = [arg('one'), arg('two'), arg('three', { rest: true })]
      expect(read(`${quoted(one)} --two=${quoted(two)} ${quoted(three)}`, ...args)).toEqual({ one, two, three })
    }),
  )
})

test.each(['a ', '"', '\\"', '--a=', '"a" ', '\n', '　', "' "])('100 KB of %j are read in no time', (piece) => {
  const long = piece.repeat(100_000 / piece.length)
  const startedAt = performance.now()
  refused(long, team, weeks)
  refused(long, text)
  refused(`"${long}`, team, text)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

test('a named argument is written with its name alone, and takes no place', () => {
  const zone = arg('zone', { optional: true, named: true })
  expect(read('--zone=UTC a b c', zone, team, text)).toEqual({ zone: 'UTC', team: 'a', text: 'b c' })
  expect(read('a --zone UTC b c', team, text, zone)).toEqual({ zone: 'UTC', team: 'a', text: 'b c' })
  expect(read('a b --zone=UTC', team, text, zone)).toEqual({ team: 'a', text: 'b --zone=UTC' })
  expect(read('a\nb', team, text, zone)).toEqual({ team: 'a', text: 'b' })
  expect(usageLine({ scene: 'demo', name: 'try', args: [team, zone] })).toBe('demo try <team> [--zone=…]')
})
