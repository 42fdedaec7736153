import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Measure } from '../../../core/model/budget.ts'
import { post } from './http.ts'
import { keys } from './queries.ts'
import { readAgain } from './use-act.ts'

interface BudgetRaise {
  subject: string
  measure: Measure
  amount: number
  until?: string | undefined
}

/** Gives more of a budget; 0 takes back what was given. */
async function raiseBudget(raise: BudgetRaise): Promise<void> {
  await post('POST', '/api/budgets/raises', JSON.stringify(raise), { 'content-type': 'application/json' })
}

export function useRaiseBudget() {
  const client = useQueryClient()
  return useMutation({ mutationFn: raiseBudget, onSuccess: () => readAgain(client, [keys.usage]) })
}
