import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { timesAfter } from '../../../src/core/schedule/times.ts'
import { readNumber, readWhen, splitWhen } from '../../../src/core/schedule/when.ts'

/** The cron expression that a text is, or how often it is. */
function read(text: string): string | undefined {
  const when = readWhen(text)
  if (when?.kind === 'interval') return `${when.everyMs / 60_000} min`
  return when?.cron
}

describe('what people write', () => {
  test.each([
    ['every weekday 9:00', '0 9 * * 1-5'],
    ['Every Weekday at 09:00', '0 9 * * 1-5'],
    ['daily 18:30', '30 18 * * *'],
    ['every day at 6:30pm', '30 18 * * *'],
    ['every day at noon', '0 12 * * *'],
    ['at 9am every monday', '0 9 * * 1'],
    ['mondays 9:00', '0 9 * * 1'],
    ['every monday and thursday 9am', '0 9 * * 1,4'],
    ['every mon, wed and fri 9:00', '0 9 * * 1,3,5'],
    ['every monday to thursday 12am', '0 0 * * 1,2,3,4'],
    ['every weekend 10:00', '0 10 * * 0,6'],
    ['every month on the 1st 9:00', '0 9 1 * *'],
    ['monthly on the 1st and 15th 9:00', '0 9 1,15 * *'],
    ['last day of every month 18:00', '0 18 L * *'],
    ['every 10 minutes', '10 min'],
    ['every 2 hours', '120 min'],
    ['hourly', '60 min'],
    ['*/15 9-17 * * 1-5', '*/15 9-17 * * 1-5'],
    ['每天 9:00', '0 9 * * *'],
    ['每天9点', '0 9 * * *'],
    ['每日早上9点半', '30 9 * * *'],
    ['每个工作日 9:00', '0 9 * * 1-5'],
    ['工作日上午九点', '0 9 * * 1-5'],
    ['每周一 9:00', '0 9 * * 1'],
    ['每周一、三、五 9：00', '0 9 * * 1,3,5'],
    ['每周一三五下午3点', '0 15 * * 1,3,5'],
    ['每周一到周五 9:00', '0 9 * * 1,2,3,4,5'],
    ['每星期天晚上8点', '0 20 * * 0'],
    ['周末 10:00', '0 10 * * 0,6'],
    ['每月1号 9:00', '0 9 1 * *'],
    ['每月1号和15号 9:00', '0 9 1,15 * *'],
    ['每个月最后一天 18:00', '0 18 L * *'],
    ['每 10 分钟', '10 min'],
    ['每十分钟', '10 min'],
    ['每2小时', '120 min'],
    ['每两个小时', '120 min'],
    ['每半小时', '30 min'],
    ['每小时', '60 min'],
  ])('%s is %s', (text, meant) => {
    expect(read(text)).toBe(meant)
  })

  test.each([
    '',
    'soon',
    '明天',
    '9:00',
    'every day',
    '每天',
    'every day 25:00',
    'every day 9:75',
    '每天 13pm',
    'every 0 minutes',
    '每月32号 9:00',
    '每周八 9:00',
    'every 100000 hours',
    '60 9 * * *',
    '* * * * * *',
    '0 9 * *',
    'every blue monday 9:00',
    '每天 9:00 发日报',
  ])('"%s" is no time', (text) => {
    expect(read(text)).toBeUndefined()
  })

  test('a line is parted after the longest time it begins with', () => {
    expect(splitWhen('每天 9:00 demo echo 9:00')).toEqual({ when: '每天 9:00', rest: 'demo echo 9:00' })
    expect(splitWhen('every month on the 1st and 15th 9:00 report weekly')).toEqual({
      when: 'every month on the 1st and 15th 9:00',
      rest: 'report weekly',
    })
    expect(splitWhen('0 9 * * 1-5 demo echo hi')).toEqual({ when: '0 9 * * 1-5', rest: 'demo echo hi' })
    expect(splitWhen('每 10 分钟 demo echo\n  two lines')).toEqual({
      when: '每 10 分钟',
      rest: 'demo echo\n  two lines',
    })
    expect(splitWhen('demo echo 每天 9:00')).toBeUndefined()
  })
})

describe('whatever is written', () => {
  test('reading never throws, and what is read has times', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), scraps), (text) => {
        const when = readWhen(text)
        if (when === undefined) return
        for (const at of timesAfter(when, { timeZone: 'UTC', since: 0 }, 1_000_000, 3))
          expect(at).toBeGreaterThan(1_000_000)
      }),
      { numRuns: 2_000 },
    )
  })

  test('an hour and a minute are understood in every spelling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), (hour, minute) => {
        const two = (number: number) => `${number}`.padStart(2, '0')
        const spellings = [
          `every day ${hour}:${two(minute)}`,
          `daily at ${two(hour)}:${two(minute)}`,
          `每天 ${hour}：${two(minute)}`,
          `每天${hour}点${minute}分`,
          `每天${hanzi(hour)}点${hanzi(minute)}分`,
          `every day ${hour % 12 === 0 ? 12 : hour % 12}:${two(minute)}${hour < 12 ? 'am' : 'pm'}`,
          `${minute} ${hour} * * *`,
        ]
        for (const spelling of spellings)
          expect(`${spelling}: ${read(spelling)}`).toBe(`${spelling}: ${minute} ${hour} * * *`)
      }),
    )
  })

  test('any set of days of the week is the same in both languages', () => {
    const english = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
    const chinese = [...'日一二三四五六']
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), (days) => {
        const cron = `0 9 * * ${days.toSorted((one, other) => one - other).join(',')}`
        expect(read(`every ${days.map((day) => english[day]).join(', ')} 9:00`)).toBe(cron)
        expect(read(`每周${days.map((day) => chinese[day]).join('、')} 9:00`)).toBe(cron)
      }),
    )
  })

  test('a time and a command are told apart again', () => {
    const command = fc.constantFrom('demo echo hi', 'report weekly sales', '#今天天气', 'stats top 9:00')
    const times = fc.constantFrom(
      'every weekday 9:00',
      '每周一、三 下午3点',
      'every 2 hours',
      '每月1号和15号 9:00',
      '*/5 * * * *',
    )
    fc.assert(
      fc.property(times, command, fc.constantFrom(' ', '  ', '\t'), (when, text, space) => {
        expect(splitWhen(`${when}${space}${text}`)).toEqual({ when, rest: text })
      }),
    )
  })

  test('numbers up to ninety-nine are read in Chinese', () => {
    for (let number = 0; number < 100; number++) expect(readNumber(hanzi(number))).toBe(number)
  })
})

/** Pieces of times, put together at random: nearer to what could go wrong than any letters. */
const scraps = fc
  .array(
    fc.constantFrom(
      'every',
      '每',
      '每周',
      '一',
      '月',
      '号',
      '1',
      '9:00',
      '99',
      'am',
      '点',
      '半',
      '*',
      '*/5',
      '-',
      ',',
      'L',
      'monday',
      'to',
      'and',
      '到',
      '最后一天',
      'at',
      ' ',
    ),
  )
  .map((words) => words.join(' '))

function hanzi(number: number): string {
  const digits = [...'零一二三四五六七八九']
  const [tens, ones] = [Math.floor(number / 10), number % 10]
  if (tens === 0) return digits[ones] ?? ''
  return `${tens === 1 ? '' : digits[tens]}十${ones === 0 ? '' : digits[ones]}`
}
