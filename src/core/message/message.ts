import { z } from 'zod'
import { langSchema } from '../text/lang.ts'
import { type Address, addressSchema, personKey } from './address.ts'
import { partSchema } from './part.ts'

/** An id of ours: what BullMQ takes as a job id, URLs and file names bear, and a person can read out. */
export const idSchema = z
  .string()
  .regex(/^[a-z][A-Za-z0-9-]*$/, 'an id is letters, digits and -, and starts with a letter')

/** What a person sent, in our shape, whichever channel it came through. */
export const messageSchema = z.object({
  /** Made from the platform's own id, so that a redelivery is the same message. */
  id: idSchema,
  from: addressSchema,
  sender: z.object({ id: z.string().min(1), name: z.string().optional() }),
  /** What was said as one text, the bot's own mention taken off; for a pressed button, the button's command. */
  text: z.string(),
  parts: z.array(partSchema),
  lang: langSchema.optional(),
  /** When the platform says it was sent, epoch ms. */
  sentAt: z.number().optional(),
  receivedAt: z.number(),
  /**
   * Where it was asked for, when its answer goes elsewhere (a schedule): its sender is a person of that channel, with
   * the rights they have there.
   */
  askedIn: addressSchema.optional(),
})
export type Message = z.infer<typeof messageSchema>

/** Where the sender is a person, and whose group's rights count. */
export function askedIn(message: Pick<Message, 'from' | 'askedIn'>): Address {
  return message.askedIn ?? message.from
}

/** The `personKey` of who asked. */
export function askerOf(message: Pick<Message, 'from' | 'askedIn' | 'sender'>): string {
  return personKey(askedIn(message).channel, message.sender.id)
}
