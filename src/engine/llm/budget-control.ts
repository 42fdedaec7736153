import { budgetOf, type Measure } from '../../core/model/budget.ts'
import type { Standing, Usage } from '../../core/model/usage.ts'
import { writeMoment } from '../../core/schedule/moment.ts'
import type { Store } from '../../store/store.ts'
import type { Raises } from './raises.ts'
import type { UsageBooks } from './usage.ts'

/** What is asked of an operator's raise: in chat, or on the dashboard. */
export interface RaiseRequest {
  subject: string
  measure: Measure
  /** Added to each day's limit; 0 takes all raises of this measure back. */
  amount: number
  /** The end of today when left out. */
  until?: number
  by: string
  /** The same request again is the same raise. */
  id?: string
}

/** Looking at budgets and raising them; the chat command, the API and the dashboard all come here. */
export interface BudgetControl {
  usage(days: number): Promise<Usage>
  standing(subject: string): Promise<Standing>
  anewAt(): number
  /** Leaves an audit line. False when this subject has no limit of that kind: there is nothing to raise. */
  raise(request: RaiseRequest): Promise<boolean>
}

export interface BudgetControlPorts {
  usage: UsageBooks
  raises: Raises
  budgets: Parameters<typeof budgetOf>[0]
  grants: Pick<Store['grants'], 'record'>
  timeZone: string
  now(): number
}

export function openBudgetControl({
  usage,
  raises,
  budgets,
  grants,
  timeZone,
  now,
}: BudgetControlPorts): BudgetControl {
  return {
    usage: usage.report,
    standing: usage.standing,
    anewAt: usage.anewAt,
    async raise({ subject, measure, amount, until = usage.anewAt(), by, id }) {
      if (budgetOf(budgets, subject)[measure] === undefined) return false
      const at = now()
      if (amount > 0) await raises.put({ subject, measure, amount, until, by, at }, id)
      else await raises.clear(subject, measure)
      const what =
        amount > 0
          ? `quota raise ${subject} ${measure} ${amount} until ${writeMoment(until, timeZone)}`
          : `quota raise ${subject} ${measure} 0 (taken back)`
      await grants.record({ at, by, what })
      return true
    },
  }
}
