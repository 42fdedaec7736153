import type { Channel, LookedUp } from '../channels/channel.ts'
import type { DeliveryRecord, Verdict } from '../core/delivery/delivery.ts'
import { StoreUnavailableError, UnavailableError, UnsureError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { retryWhileUnavailable } from '../core/retry-while-unavailable.ts'
import { whyOf } from '../core/text/why.ts'
import type { Line, Outbox as OutboxStore } from '../store/store.ts'
import { type FailedSend, readFailure } from './verdict.ts'

/** The claim on a delivery outlives its send by this share of the usual time. */
const SPARE = 1 / 3
const LONGEST_SEND_MS = 5 * 60_000

/** A lost send is looked for after this time, and a look that failed is repeated. */
const FIRST_LOOK_MS = 2_000
const LOOK_AGAIN_MS = 5_000
/** Looks that get no answer themselves are given up after so long. */
const LOOK_FOR_MS = 2 * 60_000
/** Clocks differ: what was said so long before the send counts as known as well. */
const KNOWN_BEFORE_MS = 10 * 60_000

export interface SendingPorts {
  store: OutboxStore
  channelOf(id: string): Channel
  /** How long a send may take, unless its channel says that it takes longer. */
  sendMs: number
  now(): number
  log: Log
}

/** How long the claim for a send stands. */
export function sendLeaseMs(usualMs: number, sendMs = usualMs): number {
  return sendMs + usualMs * SPARE
}

/**
 * Sends a claimed delivery, or looks for one in doubt, and writes down how that went: what is left of its line, and
 * when to look at it.
 */
export function openSending({ store, channelOf, sendMs: usualMs, now, log }: SendingPorts) {
  async function trySend(record: DeliveryRecord): Promise<FailedSend> {
    const { delivery, attempts, updatedAt } = record
    const channel = channelOf(delivery.to.channel)
    const sendMs = Math.min(channel.can.slowSends?.sendMs(delivery) ?? usualMs, LONGEST_SEND_MS)
    try {
      if (sendMs > usualMs) await hold(record, sendMs)
      const receipt = await channel.send(delivery, AbortSignal.timeout(Math.max(usualMs, sendMs)))
      return { verdict: { state: 'sent', route: 'active', receipt } }
    } catch (error) {
      const failed = readFailure(error, attempts, now())
      if (failed.verdict.state !== 'unsure' || channel.can.lookUp === undefined) return failed
      const { why } = failed.verdict
      const notBefore = now() + FIRST_LOOK_MS
      return { verdict: { state: 'again', why, notBefore, costsAttempt: true, doubtSince: updatedAt } }
    }
  }

  async function hold({ delivery, attempts }: DeliveryRecord, sendMs: number): Promise<void> {
    const isOurs = await store.prolong(delivery.id, attempts, now() + sendLeaseMs(usualMs, sendMs))
    if (!isOurs) throw new UnavailableError('its claim was lost before it was sent')
  }

  async function tryLook(line: Line, { delivery }: DeliveryRecord, since: number): Promise<Verdict> {
    const { lookUp } = channelOf(delivery.to.channel).can
    const later = (why: string, lookInMs: number): Verdict => ({
      state: 'again',
      why,
      notBefore: now() + lookInMs,
      costsAttempt: false,
      doubtSince: since,
    })
    if (lookUp === undefined) return { state: 'unsure', why: 'it may have arrived, and cannot be looked up' }
    let found: LookedUp
    try {
      const known = new Set(await store.saidSince(line, since - KNOWN_BEFORE_MS))
      found = await lookUp.find(delivery, { since, known }, AbortSignal.timeout(usualMs))
    } catch (error) {
      const why = `it may have arrived, and could not be looked up: ${whyOf(error)}`
      // Away, it can send nothing else either, so nobody waits for the look.
      const isAway = error instanceof UnavailableError || error instanceof StoreUnavailableError
      const mayStillAnswer = error instanceof UnsureError && now() - since < LOOK_FOR_MS
      return isAway || mayStillAnswer ? later(why, LOOK_AGAIN_MS) : { state: 'unsure', why }
    }
    switch (found.state) {
      case 'sent':
        return { state: 'sent', route: 'active', receipt: found.receipt }
      case 'absent':
        return { state: 'again', why: 'it did not arrive and is sent again', notBefore: now(), costsAttempt: false }
      case 'unclear':
        return later('its answer was lost; it is looked for', found.lookInMs)
      case 'unknown':
        return { state: 'unsure', why: found.why }
    }
  }

  return async (line: Line, record: DeliveryRecord): Promise<{ more: boolean; lookAt: number }> => {
    const { delivery, attempts, doubtSince } = record
    const failed: FailedSend =
      doubtSince === undefined ? await trySend(record) : { verdict: await tryLook(line, record, doubtSince) }
    const { verdict, pause, needsOperator } = failed
    const fields = {
      deliveryId: delivery.id,
      taskId: delivery.taskId,
      channel: line.channel,
      attempts,
      state: verdict.state,
      isLookedUp: doubtSince !== undefined || undefined,
    }
    const why = 'why' in verdict ? verdict.why : undefined
    if (needsOperator) log.error({ ...fields, why }, 'delivery needs an operator')
    else log.info({ ...fields, why }, 'delivery settled')
    if (pause !== undefined) {
      const chat = pause.scope === 'chat' ? line.chat : undefined
      await retryWhileUnavailable(() => store.pause(line.channel, pause.untilMs, chat))
    }
    // What cost no attempt leaves its number to the next taker, whose claim a second writing would end; before its time
    // there is none.
    const mayRepeat = () => verdict.state !== 'again' || verdict.costsAttempt || now() < verdict.notBefore
    const settled = await retryWhileUnavailable(
      () => store.applyVerdict(delivery.id, attempts, verdict, now()),
      mayRepeat,
    )
    return settled.more ? settled : { more: false, lookAt: 0 }
  }
}
