import { z } from 'zod'

/** A channel's id, as config gives it: also the first part of every key made from it. */
export const channelIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a channel id is a-z, 0-9 and -, and starts with a letter')

/** Where an answer goes. */
export const addressSchema = z.object({
  channel: channelIdSchema,
  /** The platform's id of the conversation; in a one-to-one chat, of the person. */
  chat: z.string().min(1),
  chatKind: z.enum(['private', 'group']),
  thread: z.string().optional(),
  /** Which of the channel's own accounts was written to, where a channel has several (OneBot: the bot's QQ number). */
  account: z.string().optional(),
  /** The platform's id of the message that is answered, where an answer can quote it. */
  replyTo: z.string().optional(),
})
export type Address = z.infer<typeof addressSchema>

/**
 * A person as grants, budgets and fair share know them: `channel:id`, in lower case because WeCom's ids have no case.
 */
export function personKey(channel: string, personId: string): string {
  return `${channel}:${personId}`.toLowerCase()
}

/** A chat as the outbox and grants know it. */
export function chatKey(address: Pick<Address, 'channel' | 'chat'>): string {
  return `${address.channel}:${address.chat}`.toLowerCase()
}

/** The line of the outbox that an address belongs to: one a chat, however its id is spelt. */
export function lineOf(address: Pick<Address, 'channel' | 'chat'>): { channel: string; chat: string } {
  return { channel: address.channel, chat: address.chat.toLowerCase() }
}
