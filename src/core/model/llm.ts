import { z } from 'zod'

/** One thing said to a model, or by it. */
export const llmMessageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), text: z.string() })
export type LlmMessage = z.infer<typeof llmMessageSchema>

/** A tool as a model called it; `arguments` is meant to be JSON. */
export const toolCallSchema = z.object({ id: z.string(), name: z.string(), arguments: z.string() })
export type ToolCall = z.infer<typeof toolCallSchema>

/** One turn of an exchange with a model: words, the tools it called, or what one of these gave. */
export type LlmTurn =
  | LlmMessage
  | { role: 'assistant'; text: string; calls: readonly ToolCall[] }
  | { role: 'tool'; callId: string; text: string }
