import { z } from 'zod'
import { type Part, partSchema } from './message/part.ts'

/*
 * What every platform's simulator answers over HTTP to whoever plays its people: `GET /simulator/chats`, `GET
 * /simulator/feed?after=&waitMs=`, the same as server-sent events at `GET /simulator/stream?after=`, `POST
 * /simulator/say` and `GET /simulator/media?id=`. What only one platform has stands beside these.
 */

const personSchema = z.object({ id: z.string(), name: z.string() })

const simulatedChatSchema = z.object({
  /** As the channel names it, so that tasks and answers are found by it. */
  chat: z.string(),
  chatKind: z.enum(['private', 'group']),
  title: z.string(),
  people: z.array(personSchema),
  bot: personSchema,
  /** The kinds of parts that people can say there. */
  takes: z.array(z.string()),
})
export type SimulatedChat = z.infer<typeof simulatedChatSchema>
export const simulatedChatsSchema = z.object({ chats: z.array(simulatedChatSchema) })

/**
 * Something that a person or the bot said, or what the platform itself tells the chat (`notice`). Its media are
 * `platform` ones of the simulator, or addresses.
 */
const simulatedLineSchema = z.object({
  seq: z.number(),
  at: z.number(),
  chat: z.string(),
  from: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person'), ...personSchema.shape }),
    z.object({ kind: z.literal('bot') }),
    z.object({ kind: z.literal('notice') }),
  ]),
  parts: z.array(partSchema),
  /** By which it can be quoted. */
  messageId: z.string().optional(),
  /** The `id` of what was posted to `say`. */
  sayingId: z.string().optional(),
})
export type SimulatedLine = z.infer<typeof simulatedLineSchema>
export const simulatedFeedSchema = z.object({ lines: z.array(simulatedLineSchema) })

/** What a person says; `text` is short for one text part. The same `id` again is the same message. */
export const simulatedSayingSchema = z
  .object({
    id: z.string().optional(),
    chat: z.string(),
    person: z.string(),
    text: z.string().min(1).optional(),
    parts: z.array(partSchema).default([]),
  })
  .transform(({ text, parts, ...saying }) => {
    const words: Part[] = text === undefined ? [] : [{ kind: 'text', text }]
    return { ...saying, parts: [...words, ...parts] }
  })
  .refine(({ parts }) => parts.length > 0, 'text or parts are missing')
export type SimulatedSaying = z.infer<typeof simulatedSayingSchema>

/**
 * Whether the bot's side took it, with the HTTP status it answered where it answers one. What nobody took may have been
 * said to nobody. `isMuted`: the person may not speak there now.
 */
export const simulatedSaidSchema = z.object({
  isTaken: z.boolean(),
  status: z.number().optional(),
  isMuted: z.boolean().optional(),
})

export const simulatedMediaSchema = z.object({ name: z.string(), type: z.string(), base64: z.base64() })
export type SimulatedMedia = z.infer<typeof simulatedMediaSchema>
