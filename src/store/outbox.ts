import type { Delivery, DeliveryRecord, Verdict } from '../core/delivery/delivery.ts'
import type { Limit } from '../core/delivery/limit.ts'

/** The key of a line: one chat of one channel. Deliveries of a line go out one after the other. */
export interface Line {
  channel: string
  chat: string
}

export interface Permit {
  now: number
  /** The sender's claim ends here when it dies. */
  leaseMs: number
  limits: { account: readonly Limit[]; chat: readonly Limit[] }
  /** It is to ride on an acknowledgement. */
  route?: 'passive'
  /** The platform would show a repeat again: one whose taker died becomes `unsure` and is passed over. */
  repeatsShowTwice?: boolean
  /**
   * The taker can look a lost send up: instead of becoming `unsure`, one whose taker died is taken with `doubtSince`,
   * to be looked for.
   */
  looksUp?: boolean
}

export type Taken =
  | { state: 'yours'; record: DeliveryRecord }
  /** The next one may go at `untilMs`: quota, pause, back-off, or another sender's lease. */
  | { state: 'wait'; untilMs: number }
  | { state: 'empty' }

/**
 * What is to be sent, in lines. A delivery is taken (claimed), sent, settled; exactly one taker has it at a time, and
 * no other of its line is taken meanwhile. A taker that died shows as an expired lease: the next taker gets the
 * delivery with `attempts` > 1 and `maybeTwice` true, unless its permit says that a repeat shows twice. One in doubt
 * (`doubtSince`) is taken to be looked for, which spends no quota. But one that was to ride on an acknowledgement is
 * made `unsure` and passed over: whoever got that acknowledgement has read it, and whoever did not comes again.
 */
export interface Outbox {
  /**
   * Puts deliveries at the end of their line (all of one line), in order. Known ids are left as they are. `notBefore`:
   * not by `take` before then (a held request may claim it until then). With `permit`, and when the first of them is
   * new, stands at the head and may go now, it is taken in the same move.
   */
  offer(deliveries: Delivery[], options: { notBefore?: number; permit?: Permit }): Promise<Taken>
  /**
   * Takes the head of the line, if limits, pauses and its lease allow. One whose expiresAt is past is made `expired`
   * and passed over.
   */
  take(line: Line, permit: Permit): Promise<Taken>
  /**
   * Takes this delivery for the ack of its own message, spending no quota: when it is at the head of its line, and
   * either queued and never begun, or claimed for another such ack whose lease has run out, for a message that comes
   * again has not been acknowledged.
   */
  takePassive(deliveryId: string, now: number, leaseMs: number): Promise<DeliveryRecord | undefined>
  /**
   * Ends a taker's claim. `again` leaves it at the head. `more`: the line is not empty, look again at `lookAt`. A
   * verdict from a taker whose claim was lost changes nothing but `sent`, which is always kept.
   */
  applyVerdict(
    deliveryId: string,
    attempt: number,
    verdict: Verdict,
    now: number,
  ): Promise<{ more: false } | { more: true; lookAt: number }>
  /** The claim ends then and not earlier; false when it is not this taker's any more. */
  prolong(deliveryId: string, attempt: number, untilMs: number): Promise<boolean>
  /** Nothing of this channel (or this chat of it) is taken before then. */
  pause(channel: string, untilMs: number, chat?: string): Promise<void>
  /** Ends the pause of a chat: its head may go now, unless it is being sent. */
  resume(line: Line, now: number): Promise<void>
  /** The platform's ids of what was sent in this line since then, for a day at least and of the last 200. */
  saidSince(line: Line, since: number): Promise<string[]>
  pausedUntil(channel: string): Promise<number | undefined>
  /**
   * A delivery that was refused, expired or is unsure goes to the end of its line again; false when it is not one of
   * these.
   */
  resend(deliveryId: string, expiresAt: number, now: number): Promise<boolean>
  find(deliveryId: string): Promise<DeliveryRecord | undefined>
  ofTask(taskId: string): Promise<DeliveryRecord[]>
  /** How many wait, by channel. */
  waiting(): Promise<Record<string, number>>
  /** Lines that are not empty and whose next look is due: for the sweeper. */
  due(now: number, limit: number): Promise<Line[]>
}
