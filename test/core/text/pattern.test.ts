import fc from 'fast-check'
import { expect, test } from 'vitest'
import { patternFault, readPattern } from '../../../src/core/text/pattern.ts'

test.each([
  ['a', 'i'],
  ['^早(上好)?[!！]*$', 'iu'],
  ['^week \\d+$', 'i'],
  ['(?<team>\\w+)-(?<名>\\d+)', 'u'],
  ['[\\s\\S]', 'u'],
  ['[^\\s\\d]+', 'u'],
  ['[\\S\\n]', 'u'],
  ['[\\b]', 'u'],
  ['\\bcat\\b', 'i'],
  ['[[:alpha:]]', ''],
  ['[^]', 'u'],
  ['[]', 'u'],
  ['a.b', 'u'],
  ['a.b', 'su'],
  ['\\u{1f600}|\\ud83d\\ude01|\\x41|\\u4e2d', 'u'],
  ['\\p{Script=Han}{2}|\\p{Lu}', 'u'],
  ['\\/\\-\\.\\{', ''],
  ['x{,3}|\\q|}', ''],
  ['\\中[\\文\\！]', ''],
  ['b|cat|\\.', 'y'],
  ['^b|早', 'gmy'],
])('/%s/%s means what JavaScript means by it', (source, flags) => {
  const pattern = readPattern(source, flags)
  const ours = new RegExp(source, flags)
  const texts = [
    '',
    'a',
    'A b',
    'a\nb',
    'a\u2028b',
    'a\rb',
    'week 12',
    '早上好!！',
    '早　安',
    ' \u00a0\ufeff\u3000',
    'team-7',
    'cat',
    'concat',
  ]
  for (const text of [...texts, '[:]', ':]', 'a]', '\b', '😀', '😁', '中文', '/-.{', 'x{,3}', 'q', '}', '\0', '0']) {
    // A text is held against it as if it were the first.
    ours.lastIndex = 0
    expect(pattern.test(text), JSON.stringify(text)).toBe(ours.test(text))
    ours.lastIndex = 0
    expect(pattern.find(text), JSON.stringify(text)).toBe(ours.exec(text)?.[0])
  }
})

test('with the flag m a line is what a line break ends', () => {
  expect(readPattern('^b$', 'm').test('a\nb\nc')).toBe(true)
  expect(readPattern('^b$', '').test('a\nb\nc')).toBe(false)
})

test('whatever is made of what people write, it fits where JavaScript fits', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '0',
    '中',
    '文',
    '.',
    '\\s',
    '\\S',
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\b',
    '^',
    '$',
  )
  const klass = fc
    .tuple(
      fc.constantFrom('', '^'),
      fc.array(fc.constantFrom('a', 'b-d', '\\s', '\\S', '\\d', '\\-', '中-文', '\\n', '.', '(')),
      fc.constant(']'),
    )
    .map(([not, parts, end]) => `[${not}${parts.join('')}${end}`)
  const { pattern: grown } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(atom, klass),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => one + other),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(?:${one}|${other})`),
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '*?', '+?'))
        .map(([one, times]) => `(${one})${times}`),
    ),
  }))
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '0', '-', ' ', '\n', '\r', '\u3000', '中', '文', '.', '('),
    maxLength: 12,
  })
  fc.assert(
    fc.property(grown, text, fc.constantFrom('u', 'iu', 'su', 'i'), (source, said, flags) => {
      const pattern = readPattern(source, flags)
      expect(pattern.test(said)).toBe(new RegExp(source, flags).test(said))
      expect(pattern.find(said) !== undefined).toBe(pattern.test(said))
    }),
    { numRuns: 1_000 },
  )
})

test.each(['(a+)+$', '^foo(x+x+)+y', '^(\\d|\\d\\d)+$', '(.*a){20}$', '(a|aa)+$', '([^,]*,){15}z', '(\\s*\\S*)*!'])(
  'a pattern whose time explodes elsewhere takes a moment here: %s',
  (source) => {
    const pattern = readPattern(source, 'iu')
    const startedAt = performance.now()
    for (const piece of ['a', 'x', '0', 'foox', 'a,', ' ']) pattern.test(`${piece.repeat(1000).slice(0, 1000)}\u0001`)
    // Six texts: elsewhere one takes longer than the universe.
    expect(performance.now() - startedAt).toBeLessThan(2_000)
  },
)

test.each([
  ['a(?=b)', 'looks ahead or behind'],
  ['a(?!b)', 'looks ahead or behind'],
  ['(?<=a)b', 'looks ahead or behind'],
  ['(?<!a)b', 'looks ahead or behind'],
  ['(a)\\1', 'refers back'],
  ['(?<n>a)\\k<n>', 'refers back'],
  ['(?i:a)', 'changes its flags in the middle'],
  ['a{0,1001}', 'more than 1000 times'],
  ['(?:a{1000}){1000}', 'more than 1000 times'],
  ['(?:(?:a|aa|aaa|b|bb|ab|ba){1,30}c?){1,30}', 'too large'],
  ['(', 'is no regular expression: Unterminated group'],
  ['a++', 'is no regular expression: Nothing to repeat'],
  ['\\p{Letter}', 'is more than RE2 can do'],
])('%s is refused in a sentence: it %s', (source, sentence) => {
  expect(patternFault(source, 'iu')).toContain(sentence)
  expect(() => readPattern(source, 'iu')).toThrow(sentence)
})

test('whatever is written, it is read or refused in a sentence', () => {
  const written = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'\\([{^$.*+?)]}|-,:<>=!ask1pu0x中') }))
  fc.assert(
    fc.property(written, fc.constantFrom('iu', 'i', '', 'v'), (source, flags) => {
      const fault = patternFault(source, flags)
      if (fault === undefined) readPattern(source, flags).find('a text 中')
    }),
    { numRuns: 1_000 },
  )
})
