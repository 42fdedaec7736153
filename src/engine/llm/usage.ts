import {
  type Budgets,
  budgetOf,
  EVERYBODY,
  hasLimits,
  kindOfSubject,
  measures,
  type Raise,
} from '../../core/model/budget.ts'
import {
  dayBook,
  type Figures,
  readUsageLine,
  type Standing,
  USAGE_DAYS,
  type Usage,
  usageLine,
} from '../../core/model/usage.ts'
import { dayAt, dayBefore } from '../../core/schedule/moment.ts'
import type { Counters } from '../../store/store.ts'
import type { Raises } from './raises.ts'

/** Rows of a table of people, groups or budgets. */
const MOST_ROWS = 50

/** What the ledger has counted, for those who look. */
export interface UsageBooks {
  /** The figures of the last `days` days by model, person and group, of each day kept, and the budgets of today. */
  report(days: number): Promise<Usage>
  /** What one person, group or everybody has used today, and what their budget says. */
  standing(subject: string): Promise<Standing>
  /** When the budgets begin anew. */
  anewAt(): number
}

export interface UsagePorts {
  counters: Counters
  raises: Raises
  budgets: Budgets
  timeZone: string
  now(): number
}

const figures = ['messages', 'calls', 'tokens', 'cost'] as const

export function openUsage({ counters, raises, budgets, timeZone, now }: UsagePorts): UsageBooks {
  const dayToday = (): string => dayAt(now(), timeZone).day
  const ofSubject = (sums: ReadonlyMap<string, number>, subject: string): Figures => {
    const sum = (figure: string): number => sums.get(usageLine(kindOfSubject(subject), figure, subject)) ?? 0
    return { messages: sum('messages'), calls: sum('calls'), tokens: sum('tokens'), cost: sum('cost') }
  }
  const linesOf = (subject: string): string[] =>
    figures.map((figure) => usageLine(kindOfSubject(subject), figure, subject))

  function standingOf(subject: string, used: Figures, given: readonly Raise[]): Standing {
    const budget = budgetOf(budgets, subject)
    const limits = measures.flatMap((measure) => {
      const limit = budget[measure]
      if (limit === undefined) return []
      const raisedBy = given
        .filter((raise) => raise.subject === subject && raise.measure === measure)
        .reduce((sum, { amount }) => sum + amount, 0)
      return [{ measure, used: used[measure], limit: limit + raisedBy, raisedBy }]
    })
    return { subject, kind: kindOfSubject(subject), used, limits }
  }

  /** Of who asked today and who is named: those that have a limit. */
  function standingsOf(sums: ReadonlyMap<string, number>, given: readonly Raise[]): Standing[] {
    const asked = [...sums.keys()].map(readUsageLine).flatMap(({ kind, name }) => (kind === 'model' ? [] : [name]))
    const subjects = new Set([EVERYBODY, ...Object.keys(budgets.subjects), ...asked])
    return [...subjects]
      .filter((subject) => hasLimits(budgetOf(budgets, subject)))
      .map((subject) => standingOf(subject, ofSubject(sums, subject), given))
      .toSorted((one, other) => fullness(other) - fullness(one))
      .slice(0, MOST_ROWS)
  }

  return {
    anewAt: () => dayAt(now(), timeZone).until,

    async standing(subject) {
      const at = now()
      const [sums, given] = await Promise.all([counters.read(dayBook(dayToday()), at, linesOf(subject)), raises.all()])
      return standingOf(subject, ofSubject(sums, subject), given)
    },

    async report(days) {
      const at = now()
      const today = dayToday()
      const all = Array.from({ length: USAGE_DAYS }, (_, back) => dayBefore(today, back))
      const [given, ...books] = await Promise.all([
        raises.all(),
        ...all.map((day, back) => counters.read(dayBook(day), at, back < days ? undefined : linesOf(EVERYBODY))),
      ])
      const sum = sumOf(books.slice(0, days))
      const names = (kind: string) =>
        new Set([...sum.keys()].map(readUsageLine).flatMap((line) => (line.kind === kind ? [line.name] : [])))
      const bySubject = (kind: string) =>
        [...names(kind)]
          .map((subject) => ({ subject, ...ofSubject(sum, subject) }))
          .toSorted((one, other) => other.tokens - one.tokens || other.messages - one.messages)
          .slice(0, MOST_ROWS)
      const ofModel = (model: string, figure: string): number => sum.get(usageLine('model', figure, model)) ?? 0
      return {
        timeZone,
        today,
        until: dayAt(at, timeZone).until,
        days: all.map((day, back) => ({ day, ...ofSubject(books[back] ?? new Map(), EVERYBODY) })).reverse(),
        models: [...names('model')]
          .map((model) => ({
            model,
            calls: ofModel(model, 'calls'),
            failures: ofModel(model, 'failures'),
            inputTokens: ofModel(model, 'inputTokens'),
            outputTokens: ofModel(model, 'outputTokens'),
            cost: ofModel(model, 'cost'),
          }))
          .toSorted((one, other) => other.inputTokens + other.outputTokens - one.inputTokens - one.outputTokens),
        people: bySubject('person'),
        groups: bySubject('group'),
        budgets: standingsOf(books[0] ?? new Map(), given),
        raises: given.toSorted((one, other) => other.at - one.at).slice(0, MOST_ROWS),
      }
    },
  }
}

function sumOf(books: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>()
  for (const book of books) for (const [line, by] of book) sum.set(line, (sum.get(line) ?? 0) + by)
  return sum
}

function fullness({ limits }: Standing): number {
  return Math.max(0, ...limits.map(({ used, limit }) => (limit === 0 ? 1 : used / limit)))
}
