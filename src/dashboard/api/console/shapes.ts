import { z } from 'zod'
import { bubbleEntrySchema, draftBubbleSchema } from '../../../core/message/bubble.ts'
import { partSchema } from '../../../core/message/part.ts'
import { bilingualSchema } from '../../../core/text/lang.ts'
import { taskSummarySchema } from '../shapes.ts'

/* What the console takes and gives. Times are epoch ms. */

const namedSchema = z.object({ id: z.string(), name: z.string() })

/** A person or group that the console can speak as. */
const consoleChatSchema = z.object({
  channel: z.string(),
  chat: z.string(),
  chatKind: z.enum(['private', 'group']),
  title: z.string(),
  people: z.array(namedSchema),
  /** A platform's simulator plays it: which, what people call it, who the bot is, which kinds of parts can be said. */
  simulated: z
    .object({ platform: z.string(), platformTitle: bilingualSchema, bot: namedSchema, takes: z.array(z.string()) })
    .optional(),
})
export type ConsoleChat = z.infer<typeof consoleChatSchema>
export const consoleChatsSchema = z.object({ chats: z.array(consoleChatSchema) })

/** One bubble in a console chat. */
const bubbleSchema = bubbleEntrySchema.extend({
  seq: z.number(),
  id: z.string(),
  /** The platform's id of it, by which it can be quoted. */
  messageId: z.string().optional(),
})
export type Bubble = z.infer<typeof bubbleSchema>
export type DraftBubble = z.infer<typeof draftBubbleSchema>

/*
 * WS /api/console (session cookie; same origin only). JSON frames.
 * Browser → server: what it says. Server → browser: bubbles in order, and tasks whose state or progress changed.
 */
export const consoleUpSchema = z.discriminatedUnion('kind', [
  /** Show this chat; bubbles after `after` are sent at once, later ones as they come. */
  z.object({ kind: z.literal('open'), channel: z.string(), chat: z.string(), after: z.int().min(0).default(0) }),
  /** `id` is made by the browser, so that sending it again after a reconnect is the same message. */
  z.object({
    kind: z.literal('say'),
    id: z.string().regex(/^[a-z0-9-]{8,64}$/),
    channel: z.string(),
    chat: z.string(),
    person: z.string(),
    parts: z.array(partSchema).min(1),
  }),
])
export type ConsoleUp = z.infer<typeof consoleUpSchema>
export const consoleDownSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bubble'), channel: z.string(), chat: z.string(), bubble: bubbleSchema }),
  /** An answer as far as it has grown; it stands where the bubble of the same id will. */
  z.object({ kind: z.literal('draft'), channel: z.string(), chat: z.string(), draft: draftBubbleSchema }),
  /** Stored and acknowledged. */
  z.object({ kind: z.literal('accepted'), id: z.string(), taskId: z.string().optional() }),
  z.object({ kind: z.literal('refused'), id: z.string(), why: z.string() }),
  z.object({ kind: z.literal('task'), task: taskSummarySchema }),
])
export type ConsoleDown = z.infer<typeof consoleDownSchema>
