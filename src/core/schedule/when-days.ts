/** Days as two fields of a cron expression. */
export interface Days {
  ofMonth: string
  ofWeek: string
}

const everyDay: Days = { ofMonth: '*', ofWeek: '*' }
const workdays: Days = { ofMonth: '*', ofWeek: '1-5' }
const weekend: Days = { ofMonth: '*', ofWeek: '0,6' }

/**
 * Reads days in Chinese or English: every day, working days (Monday to Friday), days of the week, days of the month.
 */
export function daysIn(text: string): Days | undefined {
  const said = text.trim()
  return englishDays(said) ?? chineseDays(said)
}

function englishDays(text: string): Days | undefined {
  const named = text.replace(/^(every|each) /, '').replace(/^on (the )?/, '')
  if (/^(day|days|daily|everyday)$/.test(named)) return everyDay
  if (/^(weekdays?|workdays?|working days?|business days?)$/.test(named)) return workdays
  if (/^weekends?$/.test(named)) return weekend
  const ofMonth = monthDays(named)
  if (ofMonth !== undefined) return ofMonth
  return weekDays(named.replace(/^week(ly)?( on)? /, ''), /, ?(?:and )?| and | & | /, / ?- ?| to | through /, (word) =>
    english.findIndex(
      (name) => name === word || `${name}s` === word || name.slice(0, 3) === word || short[word] === name,
    ),
  )
}

/** `month on the 1st and 15th`, `1st of every month`, `last day of the month`. */
function monthDays(named: string): Days | undefined {
  const said =
    /^month(?:ly)?(?: on)?(?: the)? (.+)$/.exec(named)?.[1] ??
    /^(?:the )?(.+?) of (?:the|each|every) month$/.exec(named)?.[1]
  if (said === undefined) return /^\d{1,2}(st|nd|rd|th)$/.test(named) ? listOfMonth([named]) : undefined
  return listOfMonth(said.split(/, ?(?:and )?| and /).map((word) => word.replace(/^(the|day) /, '')))
}

function chineseDays(text: string): Days | undefined {
  const named = text.replace(/^每个?(逢)?/, '').replaceAll(' ', '')
  if (/^(天|日|天天)$/.test(named) && named !== text) return everyDay
  if (/^(天天|每日|每天)$/.test(text)) return everyDay
  if (/^(工作日|平日|周内)$/.test(named)) return workdays
  if (/^周末$/.test(named)) return weekend
  const ofMonth = /^月的?(.+)$/.exec(named)?.[1]
  if (ofMonth !== undefined) {
    if (/^(底|末|最后一[天日])$/.test(ofMonth)) return { ofMonth: 'L', ofWeek: '*' }
    return listOfMonth(ofMonth.split(/[、,，和]/).map((day) => day.replace(/[号日]$/, '')))
  }
  const ofWeek = /^(?:周|星期|礼拜)(.+)$/.exec(named)?.[1]?.replaceAll(/周|星期|礼拜/g, '')
  if (ofWeek === undefined) return undefined
  // 一三五 are three days without anything between.
  const spread = /^[一二三四五六日天]{2,}$/.test(ofWeek) ? [...ofWeek].join('、') : ofWeek
  return weekDays(spread, /[、,，和]/, /到|至|-|~/, (day) => (day === '天' ? 0 : [...'日一二三四五六'].indexOf(day)))
}

const english = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const short: Readonly<Record<string, string>> = {
  tues: 'tuesday',
  weds: 'wednesday',
  thur: 'thursday',
  thurs: 'thursday',
}

/** Days and spans of days, as the numbers that cron knows them by; Sunday is 0. */
function weekDays(text: string, between: RegExp, span: RegExp, numberOf: (word: string) => number): Days | undefined {
  const found = new Set<number>()
  for (const piece of joinSpans(text, span).split(between)) {
    const [first = '', last = first, ...more] = piece.split('~')
    const [from, to] = [numberOf(first.trim()), numberOf(last.trim())]
    if (from < 0 || to < 0 || more.length > 0) return undefined
    for (let day = from; day !== to; day = (day + 1) % 7) found.add(day)
    found.add(to)
  }
  return { ofMonth: '*', ofWeek: [...found].toSorted((one, other) => one - other).join(',') }
}

/** A span is written many ways; one of them is kept, so that the spaces in it part no days. */
function joinSpans(text: string, span: RegExp): string {
  return text.replaceAll(new RegExp(span.source, 'g'), '~')
}

function listOfMonth(words: readonly string[]): Days | undefined {
  const days = words.map((word) => {
    if (/^last( day)?$/.test(word)) return 'L'
    const day = Number(/^(\d{1,2})(?:st|nd|rd|th)?$/.exec(word.trim())?.[1])
    return day >= 1 && day <= 31 ? `${day}` : undefined
  })
  return days.includes(undefined) ? undefined : { ofMonth: [...new Set(days)].join(','), ofWeek: '*' }
}
