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

/** Gives more of a budget; 0 takes back what was given. `key` tells a repeat of the call from another raise. */
async function raiseBudget({ raise, key }: { raise: BudgetRaise; key: string }): Promise<void> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  await post('POST', '/api/budgets/raises', JSON.stringify(raise), headers)
}

export function useRaiseBudget() {
  const client = useQueryClient()
  return useMutation({ mutationFn: raiseBudget, onSuccess: () => readAgain(client, [keys.usage]) })
}
