import { z } from 'zod'
import { addressSchema } from '../message/address.ts'
import { idSchema } from '../message/message.ts'
import { partSchema } from '../message/part.ts'

/**
 * One thing to be sent to one address in one call; longer things are split into several before they become deliveries.
 */
export const deliverySchema = z.object({
  /** Made from the task and the place in it, so that saying it again is the same delivery. */
  id: idSchema,
  to: addressSchema,
  part: partSchema,
  taskId: idSchema.optional(),
  createdAt: z.number(),
  /** After this nobody wants it any more, epoch ms. */
  expiresAt: z.number(),
})
export type Delivery = z.infer<typeof deliverySchema>

/** What a platform gave back for a delivery. */
export const receiptSchema = z.object({
  platformMessageId: z.string().optional(),
  sentAt: z.number(),
  /** What the sender should know although it was sent: a part of the receivers was not reached, say. */
  note: z.string().optional(),
})
export type Receipt = z.infer<typeof receiptSchema>

/** The way a delivery went out. */
export const sendRouteSchema = z.enum(['passive', 'active', 'webhook'])
export type SendRoute = z.infer<typeof sendRouteSchema>

export const deliveryStateSchema = z.enum(['queued', 'sending', 'sent', 'refused', 'unsure', 'expired'])
export type DeliveryState = z.infer<typeof deliveryStateSchema>

/** How one send ended; only the outbox acts on it. */
export type Verdict =
  | { state: 'sent'; route: SendRoute; receipt: Receipt }
  /** Refused for good, in plain words. */
  | { state: 'refused'; why: string }
  /** Sent, the answer lost, and a repeat could be read twice. */
  | { state: 'unsure'; why: string }
  | { state: 'expired' }
  /** Not sent, or safe to repeat: it stays at the head of its line until then. */
  | {
      state: 'again'
      why: string
      notBefore: number
      costsAttempt: boolean
      /** A send begun then may have arrived: it is looked for before anything is sent again. */
      doubtSince?: number
    }

export const deliveryRecordSchema = z.object({
  delivery: deliverySchema,
  state: deliveryStateSchema,
  /** Sends begun so far, waits for a quota not among them. */
  attempts: z.number(),
  route: sendRouteSchema.optional(),
  receipt: receiptSchema.optional(),
  why: z.string().optional(),
  /** A send before the last one may have arrived too. */
  maybeTwice: z.boolean().default(false),
  /**
   * A send begun then may have arrived: whoever takes the delivery looks for it among what was said, and does not send
   * it.
   */
  doubtSince: z.number().optional(),
  updatedAt: z.number(),
})
export type DeliveryRecord = z.infer<typeof deliveryRecordSchema>
