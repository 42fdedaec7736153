import type { Lang } from '../../../core/text/lang.ts'
import type { Text } from './zh.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span in the fewest words that still tell: 340 ms, 2.4 s, 3 min 5 s, 2 h 10 min, 4 d. */
export function spanText(ms: number, text: Text): string {
  const { time } = text
  if (ms < 1000) return time.ms(Math.max(0, Math.round(ms)))
  if (ms < 10_000) return time.seconds((ms / 1000).toFixed(1))
  if (ms < MINUTE) return time.seconds(Math.floor(ms / 1000))
  if (ms < HOUR) return time.minutesSeconds(Math.floor(ms / MINUTE), Math.floor((ms % MINUTE) / 1000))
  if (ms < DAY) return time.hoursMinutes(Math.floor(ms / HOUR), Math.floor((ms % HOUR) / MINUTE))
  return time.days(Math.floor(ms / DAY))
}

/** The same in whole units, for things that are watched rather than measured. */
export function roughSpanText(ms: number, text: Text): string {
  const { time } = text
  if (ms < MINUTE) return time.seconds(Math.max(0, Math.floor(ms / 1000)))
  if (ms < HOUR) return time.minutes(Math.floor(ms / MINUTE))
  if (ms < DAY) return time.hours(Math.floor(ms / HOUR))
  return time.days(Math.floor(ms / DAY))
}

/** A span that is counted down. */
export function waitText(seconds: number, text: Text): string {
  const { time } = text
  return seconds < 60 ? time.seconds(seconds) : time.minutesSeconds(Math.floor(seconds / 60), seconds % 60)
}

export function agoText(at: number, now: number, text: Text): string {
  return now - at < 5000 ? text.time.now : text.time.ago(roughSpanText(now - at, text))
}

export function clockText(at: number, lang: Lang, precise = false): string {
  return new Intl.DateTimeFormat(localeOf(lang), {
    hour: '2-digit',
    minute: '2-digit',
    second: precise ? '2-digit' : undefined,
    fractionalSecondDigits: precise ? 3 : undefined,
    hour12: false,
  }).format(at)
}

export function momentText(at: number, lang: Lang): string {
  return new Intl.DateTimeFormat(localeOf(lang), {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(at)
}

/** A moment as it is where the installation is, to the minute. */
export function momentIn(at: number, timeZone: string, lang: Lang): string {
  return new Intl.DateTimeFormat(localeOf(lang), {
    timeZone,
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    year: 'numeric',
  }).format(at)
}

export function dayText(at: number, now: number, lang: Lang, text: Text): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY)
  if (days === 0) return text.console.today
  if (days === 1) return text.console.yesterday
  return new Intl.DateTimeFormat(localeOf(lang), { month: 'long', day: 'numeric', weekday: 'short' }).format(at)
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** 12,345 */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** In the currency of the price table, with as many places as small sums need. */
export function moneyText(cost: number): string {
  const places = cost !== 0 && Math.abs(cost) < 1 ? 4 : 2
  return cost.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: places })
}

export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

function localeOf(lang: Lang): string {
  return lang === 'zh' ? 'zh-CN' : 'en-GB'
}
