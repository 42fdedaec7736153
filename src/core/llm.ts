import { z } from 'zod'

/** One thing said to a model, or by it. */
export const llmMessageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), text: z.string() })
export type LlmMessage = z.infer<typeof llmMessageSchema>
