import type { Channel } from '../channels/channel.ts'
import { type ClaimedRequest, type Held, heldTopic, PASSIVE_LEASE_MS } from '../core/delivery/held.ts'
import type { Log } from '../core/log.ts'
import type { Ack } from '../core/message/ack.ts'
import { lineOf } from '../core/message/address.ts'
import type { Message } from '../core/message/message.ts'
import { retryWhileUnavailable } from '../core/retry-while-unavailable.ts'
import type { Outbox, Signals } from '../store/store.ts'

/** An answer that rides on the ack. Whoever writes the ack says afterwards whether it went out. */
export interface RidingAnswer {
  ack: Ack
  /** `false`: the connection was gone; the delivery takes the active way. */
  written(ok: boolean): Promise<void>
}

export interface HeldReplies extends Held {
  /** Holds a request for its task's first answer. Ask before the task is stored: the answer may be there at once. */
  hold(taskId: string, channel: Channel, message: Message, untilMs: number): HeldRequest
  /** How many requests wait. */
  readonly size: number
  close(): Promise<void>
}

export interface HeldRequest {
  /** The answer, or undefined when the window ends first, nothing will be said or the connection is gone. */
  answer: Promise<RidingAnswer | undefined>
  /** The connection is gone. */
  drop(): void
}

interface Waiting {
  channel: Channel
  message: Message
  resolve(answer: RidingAnswer | undefined): void
  answer: Promise<RidingAnswer | undefined>
  timer: NodeJS.Timeout
}

export interface HeldPorts {
  /** This process's id, as tasks carry it in `held.by`. */
  by: string
  outbox: Outbox
  signals: Signals
  /** Has a worker look at a line. */
  wake(line: { channel: string; chat: string }, at: number): Promise<void>
  now(): number
  log: Log
}

export async function openHeldReplies(ports: HeldPorts): Promise<HeldReplies> {
  const { by, outbox, signals, wake, now, log } = ports
  const waiting = new Map<string, Waiting>()

  /** Takes the request out, so that its timer and a claim cannot both answer it. */
  function takeOut(taskId: string): Waiting | undefined {
    const request = waiting.get(taskId)
    if (request === undefined) return undefined
    clearTimeout(request.timer)
    waiting.delete(taskId)
    return request
  }

  async function settle(
    deliveryId: string,
    attempts: number,
    line: { channel: string; chat: string },
    isSent: boolean,
  ): Promise<void> {
    const at = now()
    const { more, ...next } = isSent
      ? await retryWhileUnavailable(() => {
          const verdict = { state: 'sent' as const, route: 'passive' as const, receipt: { sentAt: at } }
          return outbox.applyVerdict(deliveryId, attempts, verdict, now())
        })
      : await outbox.applyVerdict(
          deliveryId,
          attempts,
          { state: 'again', why: 'it could not ride on the ack', notBefore: at, costsAttempt: false },
          at,
        )
    if (more) await wake(line, 'lookAt' in next ? next.lookAt : at)
  }

  function claim(taskId: string): ClaimedRequest | undefined {
    const request = takeOut(taskId)
    if (request === undefined) return undefined
    return {
      letGo: () => request.resolve(undefined),
      async answer({ delivery, attempts }) {
        const line = lineOf(delivery.to)
        const ack = request.channel.can.passiveReply?.replyTo(request.message, delivery.part)
        if (ack === undefined) {
          request.resolve(undefined)
          await settle(delivery.id, attempts, line, false)
        } else {
          request.resolve({ ack, written: (ok) => settle(delivery.id, attempts, line, ok) })
        }
      },
    }
  }

  /** The news of an answer from another process. */
  async function hear(taskId: string, deliveryId: string): Promise<void> {
    const request = claim(taskId)
    if (request === undefined) return
    try {
      const record = await outbox.takePassive(deliveryId, now(), PASSIVE_LEASE_MS)
      if (record === undefined) request.letGo()
      else await request.answer(record)
    } catch (error) {
      // The claim may stand or not; an ack without it is right either way, and an expired claim is found again.
      request.letGo()
      throw error
    }
  }

  const stop = await signals.subscribe(heldTopic(by), (payload) => {
    // Published by `tell`, in another process of ours.
    const { taskId, deliveryId } = payload as { taskId: string; deliveryId: string }
    hear(taskId, deliveryId).catch((error: unknown) =>
      log.warn({ taskId, error: String(error) }, 'a held request could not be answered'),
    )
  })

  return {
    get size() {
      return waiting.size
    },
    hold(taskId, channel, message, untilMs) {
      const { promise, resolve } = Promise.withResolvers<RidingAnswer | undefined>()
      const first = waiting.get(taskId)
      if (first !== undefined) {
        // Acknowledged sooner, a twin would end the redeliveries while the first may still die with the answer.
        return { answer: first.answer.then(() => undefined), drop: () => {} }
      }
      const request: Waiting = {
        channel,
        message,
        resolve,
        answer: promise,
        timer: setTimeout(drop, Math.max(0, untilMs - now())),
      }
      function drop(): void {
        if (waiting.get(taskId) === request) takeOut(taskId)?.resolve(undefined)
      }
      waiting.set(taskId, request)
      return { answer: promise, drop }
    },
    claim,
    isElsewhere: (holder) => holder !== by,
    release(taskId) {
      takeOut(taskId)?.resolve(undefined)
    },
    async tell(offer) {
      await signals.publish(heldTopic(offer.by), { taskId: offer.taskId, deliveryId: offer.deliveryId })
    },
    async close() {
      for (const taskId of [...waiting.keys()]) takeOut(taskId)?.resolve(undefined)
      await stop()
    },
  }
}
