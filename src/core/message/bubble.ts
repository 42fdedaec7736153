import { z } from 'zod'
import { partSchema } from './part.ts'

/**
 * What stands in the conversation of a console chat: a person's message, the bot's answer, or what a simulated platform
 * itself tells the chat.
 */
export const bubbleEntrySchema = z.object({
  at: z.number(),
  from: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person'), id: z.string(), name: z.string() }),
    z.object({ kind: z.literal('bot') }),
    z.object({ kind: z.literal('notice') }),
  ]),
  parts: z.array(partSchema),
  /** The task this answers or, on a person's message, the one it became. */
  taskId: z.string().optional(),
})
export type BubbleEntry = z.infer<typeof bubbleEntrySchema>

/** An answer of the bot as far as it has grown. Its id is that of the bubble it becomes. */
export const draftBubbleSchema = z.object({ id: z.string(), taskId: z.string(), at: z.number(), text: z.string() })

/** The signal that a console chat has something new; its payload is a ConsoleHint. */
export const consoleTopic = 'console'
export const consoleHintSchema = z.object({
  chat: z.string(),
  /** Nothing new is kept: this is how far an answer has grown. */
  draft: draftBubbleSchema.optional(),
})
export type ConsoleHint = z.infer<typeof consoleHintSchema>

/** How many bubbles of a chat are kept. */
export const bubblesKept = 500

/** The name of a console chat's conversation in the store. */
export function consoleConversation(chat: string): string {
  return `console:${chat}`
}
