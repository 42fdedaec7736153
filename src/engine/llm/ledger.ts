import { StoreUnavailableError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { Message } from '../../core/message/message.ts'
import { type Budgets, budgetOf, EVERYBODY, hasLimits, kindOfSubject, type Measure } from '../../core/model/budget.ts'
import type { LlmCall } from '../../core/model/llm-call.ts'
import { dayBook, TOTAL_BOOK, USAGE_DAYS, usageLine } from '../../core/model/usage.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import { dayAt, writeMoment } from '../../core/schedule/moment.ts'
import type { Run } from '../../core/task/run.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import type { Counters, Settings } from '../../store/store.ts'
import { subjectsOf } from '../people/access.ts'
import { budgetSentences, type Reached } from './budget-sentences.ts'
import { linesOfCall, totalsOfCall } from './ledger-lines.ts'
import { LlmError } from './llm-error.ts'
import type { Raises } from './raises.ts'

const DAY_MS = 86_400_000

/**
 * Counts what models are used for, and says no to who has no budget left. Messages are counted before the model is
 * asked, so their limit is exact; tokens and money are known afterwards, so what runs at the moment a limit is reached
 * still ends.
 */
export interface Ledger {
  /**
   * Lets a task ask a model, and counts it as one message the first time, over all its attempts. Throws LlmError
   * `over_budget`, and StoreUnavailableError when the store is away for long and there is a budget to look at: nobody
   * asks on trust. Resolves to warnings for the person.
   */
  admit(run: Run): Promise<Bilingual[]>
  /**
   * Counts a call. Never throws: an answer that is there is worth more than its figures. While the store is away it is
   * tried again for a while beside the caller, and may then be counted twice rather than not at all.
   */
  spend(run: Run, call: LlmCall): Promise<Bilingual[]>
}

export interface LedgerPorts {
  counters: Counters
  settings: Pick<Settings, 'claim' | 'remove'>
  raises: Raises
  budgets: Budgets
  timeZone: string
  now(): number
  log: Log
  /** How an outage of the store is sat out. */
  patient?: typeof retryWhileUnavailable
}

export function openLedger({
  counters,
  settings,
  raises,
  budgets,
  timeZone,
  now,
  log,
  patient = retryWhileUnavailable,
}: LedgerPorts): Ledger {
  /** Once an attempt: asks of one task that run side by side must not each count as a message. */
  const messages = new WeakMap<Run, Promise<Bilingual[]>>()
  /** Who was warned today as far as this process knows; the store knows it for all. */
  let warned = { day: '', subjects: new Set<string>() }

  const today = () => {
    const at = now()
    const { day, until } = dayAt(at, timeZone)
    return { at, day, until, book: dayBook(day), keptUntil: until + (USAGE_DAYS - 1) * DAY_MS }
  }
  const reached = (subject: string, measure: Measure, used: number, limit: number): Reached => ({
    subject,
    measure,
    used,
    limit,
    anew: writeMoment(today().until, timeZone),
  })
  const over = (what: Reached): LlmError =>
    new LlmError('over_budget', `${what.subject} has used ${what.used} of ${what.limit} ${what.measure}`, {
      sentence: budgetSentences.over(what),
    })
  const lineOf = (subject: string, figure: string): string => usageLine(kindOfSubject(subject), figure, subject)

  /** Throws when this much is more than the limit, raised or not; raises are only looked up then. */
  async function refuseOver(subject: string, measure: Measure, used: number, isOver: (limit: number) => boolean) {
    const limit = budgetOf(budgets, subject)[measure]
    if (limit === undefined || !isOver(limit)) return
    const raised = limit + (await raises.by(subject, measure))
    if (isOver(raised)) throw over(reached(subject, measure, used, raised))
  }

  async function checkSpent(subjects: readonly string[]): Promise<void> {
    const { at, book } = today()
    const spent = subjects.flatMap((subject) =>
      (['tokens', 'cost'] as const).map((measure) => ({ subject, measure, line: lineOf(subject, measure) })),
    )
    const names = spent.map(({ line }) => line)
    const sums = await counters.read(book, at, names)
    for (const { subject, measure, line } of spent) {
      const used = sums.get(line) ?? 0
      await refuseOver(subject, measure, used, (limit) => used >= limit)
    }
  }

  /** The warning for a limit that is nearly reached, once a day for each subject. */
  async function warningOf(subject: string, measure: Measure, used: number): Promise<Bilingual[]> {
    const budget = budgetOf(budgets, subject)
    const limit = budget[measure]
    const { at, day, book, keptUntil } = today()
    if (warned.day !== day) warned = { day, subjects: new Set() }
    if (limit === undefined || used < limit * budget.warnAt || warned.subjects.has(subject)) return []
    const raised = limit + (await raises.by(subject, measure))
    if (used < raised * budget.warnAt) return []
    const [times] = await counters.addAll(book, [{ name: lineOf(subject, 'warnings'), by: 1 }], at, keptUntil)
    warned.subjects.add(subject)
    return times === 1 ? [budgetSentences.nearly(reached(subject, measure, used, raised))] : []
  }

  /** `sure`: how hard it is tried while the store is away. */
  async function countMessage(run: Run, sure: typeof retryWhileUnavailable): Promise<Bilingual[]> {
    const { at, until, book, keptUntil } = today()
    const mark = `llm-asked:${run.id}-${run.generation}`
    const mine = String(run.fencingToken)
    // An attempt before this one has been counted already.
    if ((await sure(() => settings.claim(mark, mine, at, until + DAY_MS))) !== mine) return []
    const subjects = spendersOf(run.task.message)
    const add = (by: number): Promise<number[]> => {
      const adds = subjects.map((subject) => ({ name: lineOf(subject, 'messages'), by }))
      return sure(() => counters.addAll(book, adds, at, keptUntil))
    }
    const sums = await add(1)
    const counted = subjects.map((subject, place) => ({ subject, used: sums[place] ?? 0 }))
    try {
      for (const { subject, used } of counted) {
        await sure(() => refuseOver(subject, 'messages', used - 1, (limit) => used > limit))
      }
    } catch (error) {
      await add(-1)
      await sure(() => settings.remove(mark))
      throw error
    }
    return warningsOf(counted.map((one) => ({ ...one, measure: 'messages' })))
  }

  /** Warnings are a courtesy: none when the store is away. */
  async function warningsOf(counted: { subject: string; measure: Measure; used: number }[]): Promise<Bilingual[]> {
    const warnings: Bilingual[] = []
    try {
      for (const { subject, measure, used } of counted) warnings.push(...(await warningOf(subject, measure, used)))
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
    }
    return warnings
  }

  /** Adds; what cannot be added now is tried again beside the caller, who is told nothing. */
  async function count(...[book, lines, at, keptUntil]: Parameters<Counters['addAll']>): Promise<number[] | undefined> {
    try {
      return await counters.addAll(book, lines, at, keptUntil)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      patient(() => counters.addAll(book, lines, at, keptUntil)).catch((reason: unknown) => {
        log.error({ book, lines, error: String(reason) }, 'what a model was used for was not counted')
      })
      return undefined
    }
  }

  return {
    async admit(run) {
      const limited = spendersOf(run.task.message).filter((subject) => hasLimits(budgetOf(budgets, subject)))
      if (limited.length > 0) await patient(() => checkSpent(limited))
      const known = messages.get(run)
      if (known !== undefined) return known.then(() => [])
      const counted =
        limited.length > 0
          ? countMessage(run, patient)
          : countMessage(run, (work) => work()).catch((error: unknown) => {
              if (!(error instanceof StoreUnavailableError)) throw error
              log.warn({ taskId: run.id, error: error.message }, 'a message to a model was not counted')
              return []
            })
      messages.set(run, counted)
      return counted
    },

    async spend(run, call) {
      const { at, book, keptUntil } = today()
      const subjects = spendersOf(run.task.message)
      const lines = linesOfCall(call, subjects)
      const [sums] = await Promise.all([
        count(book, lines, at, keptUntil),
        count(TOTAL_BOOK, totalsOfCall(call), at, Number.MAX_SAFE_INTEGER),
      ])
      if (sums === undefined) return []
      const used = new Map(lines.map(({ name }, place) => [name, sums[place] ?? 0]))
      return warningsOf(
        subjects.flatMap((subject) =>
          (['tokens', 'cost'] as const).map((measure) => ({
            subject,
            measure,
            used: used.get(lineOf(subject, measure)) ?? 0,
          })),
        ),
      )
    },
  }
}

/** Whose budgets a message spends: its person's, its group's and everybody's. */
export function spendersOf(message: Message): string[] {
  return [...subjectsOf(message), EVERYBODY]
}
