import { isCron, type When } from './times.ts'
import { daysIn } from './when-days.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const LONGEST_MS = 31 * 24 * HOUR_MS
const MOST_CHARACTERS = 200

/**
 * Reads when something is to be done again and again, in Chinese or English: `every weekday 9:00`, `每周一、三 9:00`, `每月1号
 * 9:00`, `every 2 hours`, or a cron expression of five fields. Undefined when it is none of these.
 */
export function readWhen(text: string): When | undefined {
  // Full-width digits and colons become the plain ones.
  const plain = text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ')
  if (plain === '' || plain.length > MOST_CHARACTERS) return undefined
  if (isCron(plain)) return { kind: 'cron', cron: plain }
  return readInterval(plain) ?? readDaily(plain)
}

/** A command line that begins with a time: the longest beginning that can be read, and the rest. */
export function splitWhen(line: string): { when: string; rest: string } | undefined {
  const words = [...line.matchAll(/\S+/g)].slice(0, 12)
  for (const word of words.toReversed()) {
    const end = word.index + word[0].length
    const when = line.slice(0, end).trim()
    if (readWhen(when) !== undefined) return { when, rest: line.slice(end).trimStart() }
  }
  return undefined
}

function readInterval(text: string): When | undefined {
  if (/^(hourly|every hour|每(个)?小时|每隔?(一|1) ?个?(小时|钟头))$/.test(text)) return interval(HOUR_MS)
  if (/^(every half( an)? hour|每隔?半个?(小时|钟头))$/.test(text)) return interval(30 * MINUTE_MS)
  const english = /^every (?:(\d{1,5}) ?)?(minutes?|mins?|m|hours?|hrs?|h)$/.exec(text)
  if (english) return interval(Number(english[1] ?? 1) * (english[2]?.startsWith('h') ? HOUR_MS : MINUTE_MS))
  const chinese = /^每隔? ?(\d{1,5}|[一二两三四五六七八九十]+)? ?个?(小时|钟头|分钟?)(?:一次)?$/.exec(text)
  if (!chinese) return undefined
  const count = chinese[1] === undefined ? 1 : readNumber(chinese[1])
  return count === undefined ? undefined : interval(count * (chinese[2]?.startsWith('分') ? MINUTE_MS : HOUR_MS))
}

function interval(everyMs: number): When | undefined {
  return everyMs >= MINUTE_MS && everyMs <= LONGEST_MS ? { kind: 'interval', everyMs } : undefined
}

/** Some days and the time of the day, in either order. */
function readDaily(text: string): When | undefined {
  for (const [pattern, days] of [
    [new RegExp(`^(?<days>.+?)[ ,，的]*(?:at )?${clock}$`, 'u'), 'days'],
    [new RegExp(`^(?:at )?${clock}[ ,，]*(?<days>.+)$`, 'u'), 'days'],
  ] as const) {
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) continue
    const time = timeIn(groups)
    const on = daysIn(groups[days] ?? '')
    if (time !== undefined && on !== undefined) {
      return { kind: 'cron', cron: `${time.minute} ${time.hour} ${on.ofMonth} * ${on.ofWeek}` }
    }
  }
  return undefined
}

const number = '\\d{1,2}|[零〇一二两三四五六七八九十]{1,3}'
/** `9:00`, `6:30pm`, `9am`, `noon`, `上午9点半`, `18点30分`. */
const clock = [
  '(?:(?<named>noon|midnight)|(?<part>凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上)? ?(?:',
  '(?<hour>\\d{1,2}):(?<minute>\\d{2})(?: ?(?<half>am|pm))?',
  '|(?<bare>\\d{1,2}) ?(?<bareHalf>am|pm)',
  `|(?<said>${number}) ?[点时](?:(?<some>半|一刻|三刻|整)|(?<past>${number}) ?分?)?`,
  '))',
].join('')

function timeIn(groups: Readonly<Record<string, string | undefined>>): { hour: number; minute: number } | undefined {
  if (groups.named !== undefined) return { hour: groups.named === 'noon' ? 12 : 0, minute: 0 }
  const written = readNumber(groups.hour ?? groups.bare ?? groups.said ?? '')
  const minute = groups.some === undefined ? readNumber(groups.minute ?? groups.past ?? '0') : someMinutes[groups.some]
  const half = groups.half ?? groups.bareHalf ?? (groups.part && halfOf[groups.part])
  const hour = written === undefined ? undefined : hourOf(written, half)
  return hour === undefined || minute === undefined || minute > 59 ? undefined : { hour, minute }
}

const someMinutes: Readonly<Record<string, number>> = { 半: 30, 一刻: 15, 三刻: 45, 整: 0 }
const halfOf: Readonly<Record<string, string>> = {
  凌晨: '凌',
  早上: '早',
  早晨: '早',
  清晨: '早',
  上午: '早',
  中午: '午',
  下午: '晚',
  傍晚: '晚',
  晚上: '晚',
}

/** With am and pm twelve is the first hour; in Chinese, whoever says 下午 may still say 15. Undefined: no such hour. */
function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === 'am' || half === 'pm') {
    return hour >= 1 && hour <= 12 ? (hour % 12) + (half === 'pm' ? 12 : 0) : undefined
  }
  if (half === '凌') return hour <= 6 ? hour : undefined
  if (half === '早') return hour <= 12 ? hour : undefined
  if (half === '午') return hour >= 11 && hour <= 13 ? hour : hour >= 1 && hour <= 2 ? hour + 12 : undefined
  if (half === '晚') return hour >= 1 && hour <= 11 ? hour + 12 : hour > 12 && hour <= 23 ? hour : undefined
  return hour <= 23 ? hour : undefined
}

/** Digits, or 一 to 九十九 in Chinese. */
export function readNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const digits = '零一二三四五六七八九'
  const match = /^([一二两三四五六七八九])?(十)?([零〇一二两三四五六七八九])?$/.exec(text)
  if (match === null || text === '') return undefined
  const worthOf = (digit: string | undefined): number | undefined =>
    digit === undefined ? undefined : digits.indexOf(digit.replace('两', '二').replace('〇', '零'))
  const [, tens, ten, ones] = match
  if (ten !== undefined) return (worthOf(tens) ?? 1) * 10 + (worthOf(ones) ?? 0)
  return tens !== undefined && ones !== undefined ? undefined : (worthOf(tens) ?? worthOf(ones))
}
