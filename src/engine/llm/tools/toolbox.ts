import { z } from 'zod'
import { partSchema } from '../../../core/message/part.ts'
import { type ToolCall, toolCallSchema } from '../../../core/model/llm.ts'
import type { Run } from '../../../core/task/run.ts'
import type { Lang } from '../../../core/text/lang.ts'

/** A tool as a model is told of it. */
export interface ToolSpec {
  /** Letters, digits, `_` and `-`, 64 at most. */
  name: string
  description: string
  /** The JSON schema of its arguments. */
  parameters: Readonly<Record<string, unknown>>
}

/** One call of a tool, its arguments read. */
export interface ToolUse {
  /** The same in every attempt at the same question. */
  id: string
  given: Readonly<Record<string, unknown>>
  signal: AbortSignal
  /** It may go on after the slot was given up for it: then it throws TasksPending. */
  mayWait: boolean
  /** The task is being stopped for good: what was begun for it is to be stopped too. */
  isGivenUp(): boolean
}

export const toolResultSchema = z.object({
  /** What the model is told: what came of it, or why nothing did. */
  text: z.string(),
  /** Files and pictures that go to the chat with the answer. */
  parts: z.array(partSchema),
  /** How it ended, for the timeline. */
  end: z.string(),
  /** The task that it was. */
  child: z.object({ id: z.string(), number: z.number() }).optional(),
})
export type ToolResult = z.infer<typeof toolResultSchema>

export interface Tool extends ToolSpec {
  /** Throws the signal's reason, StoreUnavailableError and TasksPending; all else is a result. */
  call(use: ToolUse): Promise<ToolResult>
}

/** What a person may have called for them, in the task that asks. */
export type ToolSource = (run: Run, lang: Lang) => Promise<readonly Tool[]>

/** What a model said in one turn. */
export const toolTurnSchema = z.object({ text: z.string(), calls: z.array(toolCallSchema) })
export type ToolTurn = z.infer<typeof toolTurnSchema>

/**
 * The tools that one question may be answered with, and the memory of what was called so far: another attempt at it
 * goes on there.
 */
export interface Toolbox {
  offered(): Promise<readonly ToolSpec[]>
  /**
   * What the model said in this iteration: what is kept from an earlier attempt, else what `ask` brings, kept when it
   * calls tools.
   */
  turn(iteration: number, ask: () => Promise<ToolTurn>): Promise<ToolTurn>
  /**
   * Runs the calls of an iteration side by side; each result in words, failures too. One that has a result already is
   * not run again. Throws the signal's reason, StoreUnavailableError, and TasksPending when some take longer than a
   * slot is held for them.
   */
  results(iteration: number, calls: readonly ToolCall[]): Promise<string[]>
}
