import { useCallback, useEffect, useRef, useState } from 'react'
import type { Measure } from '../../../core/model/budget.ts'
import type { Usage } from '../../../core/model/usage.ts'
import { call, post } from './http.ts'
import { useLive } from './live.tsx'

const LOOK_AGAIN_MS = 15_000

export interface UsageView {
  usage: Usage | undefined
  error: Error | undefined
  reload(): void
}

/** What models were used for over so many days, looked at again now and then. */
export function useUsage(days: number): UsageView {
  const { resyncs } = useLive()
  const [usage, setUsage] = useState<Usage>()
  const [error, setError] = useState<Error>()
  const latest = useRef(0)

  const load = useCallback(async () => {
    const turn = ++latest.current
    try {
      const read = await call<Usage>(`/api/usage?days=${days}`)
      if (turn !== latest.current) return
      setUsage(read)
      setError(undefined)
    } catch (fault) {
      if (turn === latest.current && fault instanceof Error) setError(fault)
    }
  }, [days])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection means that the figures may be old
  useEffect(() => {
    void load()
    const timer = setInterval(() => void load(), LOOK_AGAIN_MS)
    return () => {
      clearInterval(timer)
      latest.current++
    }
  }, [load, resyncs])

  return { usage, error, reload: () => void load() }
}

/** Gives more of a budget; 0 takes back what was given. */
export async function raiseBudget(raise: {
  subject: string
  measure: Measure
  amount: number
  until?: string
}): Promise<void> {
  await post('POST', '/api/budgets/raises', JSON.stringify(raise), { 'content-type': 'application/json' })
}
