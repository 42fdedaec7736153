import type { Wait } from '../../core/task/wait.ts'

/** What a command asks to wait for; its time counts from the first time it asks. */
export type WaitOrder =
  | { kind: 'sleep'; name: string; ms: number }
  | {
      kind: 'approval'
      name: string
      withinMs: number
      question?: string
      by?: string
      notSelf: boolean
      count: number
      escalate?: { afterMs: number; to: string | string[] }
    }
  | {
      kind: 'answer'
      name: string
      withinMs: number
      question: string
      from: 'asker' | 'anyone' | string[]
      choices?: string[]
    }

/** What a wait has come to, or that it goes on. */
export type Waited = { value: unknown } | { waits: Wait }

/** Under which the times and questions of waits are kept among the steps of their run; authors' names never begin so. */
export const WAIT_PREFIX = 'wait:'
