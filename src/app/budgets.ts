import type { Config } from '../../config/config.ts'
import { type BudgetControl, openBudgetControl } from '../engine/llm/budget-control.ts'
import { type Ledger, openLedger } from '../engine/llm/ledger.ts'
import { openRaises } from '../engine/llm/raises.ts'
import { openUsage } from '../engine/llm/usage.ts'
import type { StoreSide } from './store-side.ts'

/** What models are used for, and what is left of the budgets. */
export interface BudgetSide {
  ledger: Ledger
  budgets: BudgetControl
}

export function openBudgets(
  config: Pick<Config, 'llm' | 'timeZone'>,
  { store, now, log }: Pick<StoreSide, 'store' | 'now' | 'log'>,
): BudgetSide {
  const raises = openRaises(store.settings, now)
  const counted = { counters: store.counters, raises, budgets: config.llm.budgets, timeZone: config.timeZone, now }
  return {
    ledger: openLedger({ ...counted, settings: store.settings, log }),
    budgets: openBudgetControl({ ...counted, usage: openUsage(counted), grants: store.grants }),
  }
}
