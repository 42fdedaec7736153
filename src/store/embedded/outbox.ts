import type { Delivery, DeliveryRecord } from '../../core/delivery/delivery.ts'
import type { Limit } from '../../core/delivery/limit.ts'
import { chatKey } from '../../core/message/address.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Line, Outbox, Permit, Taken } from '../store.ts'
import type { Database } from './database.ts'
import { optional, toJson } from './json.ts'

export function embeddedOutbox(db: Database): Outbox {
  return {
    async offer(deliveries, { notBefore = 0, permit }) {
      const [first] = deliveries
      if (first === undefined) return { state: 'empty' }
      const line = keysOf(first.to)
      const permitted = permit === undefined ? [null, null, null, null, null] : argsOf(permit)
      return takenOf(
        await db.call<TakenRow>(
          'offer_deliveries',
          ...line,
          cleanText(first.to.chat),
          toJson(deliveries),
          notBefore,
          ...permitted,
        ),
      )
    },

    async take(line, permit) {
      return takenOf(
        await db.call<TakenRow>(
          'take_delivery',
          ...keysOf(line),
          ...argsOf(permit),
          permit.repeatsShowTwice ?? false,
          permit.looksUp ?? false,
        ),
      )
    },

    async takePassive(deliveryId, now, leaseMs) {
      const record = await db.call<RecordRow | null>('take_passive', deliveryId, now, leaseMs)
      return record === null ? undefined : recordOf(record)
    },

    applyVerdict(deliveryId, attempt, verdict, now) {
      const route = verdict.state === 'sent' ? verdict.route : null
      const receipt = verdict.state === 'sent' ? toJson(verdict.receipt) : null
      const why = 'why' in verdict ? cleanText(verdict.why) : null
      const [notBefore, costs] = verdict.state === 'again' ? [verdict.notBefore, verdict.costsAttempt] : [null, true]
      const doubtSince = verdict.state === 'again' ? (verdict.doubtSince ?? null) : null
      const end = [verdict.state, route, receipt, why, notBefore, costs, now, doubtSince]
      return db.call('settle_delivery', deliveryId, attempt, ...end)
    },

    async pause(channel, untilMs, chat) {
      await db.run('pause_sends', chat === undefined ? channel : keysOf({ channel, chat })[0], untilMs)
    },

    prolong: (deliveryId, attempt, untilMs) => db.call('prolong_delivery', deliveryId, attempt, untilMs),

    async resume(line, now) {
      await db.run('resume_line', keysOf(line)[0], now)
    },

    saidSince: (line, since) => db.call('said_since', keysOf(line)[0], since),

    async pausedUntil(channel) {
      const [row] = await db.rows<{ until_ms: string }>('SELECT until_ms FROM huitou.pause WHERE key = $1', channel)
      return row && Number(row.until_ms)
    },

    resend: (deliveryId, expiresAt, now) => db.call('resend_delivery', deliveryId, expiresAt, now),

    async find(deliveryId) {
      const [record] = await db.call<RecordRow[]>('find_deliveries', deliveryId, null)
      return record && recordOf(record)
    },

    async ofTask(taskId) {
      return (await db.call<RecordRow[]>('find_deliveries', null, taskId)).map(recordOf)
    },

    waiting: () => db.call('waiting_deliveries'),

    due: (now, limit) => db.call<Line[]>('due_lines', now, limit),
  }
}

/** What huitou.record_of makes of a delivery. */
interface RecordRow {
  delivery: Delivery
  state: DeliveryRecord['state']
  attempts: number
  route: NonNullable<DeliveryRecord['route']> | null
  receipt: NonNullable<DeliveryRecord['receipt']> | null
  why: string | null
  maybeTwice: boolean
  doubtSince: number | null
  updatedAt: number
  /** The one that counts: a resent delivery has a later one than it was born with. */
  expiresAt: number
}

type TakenRow = { state: 'yours'; record: RecordRow } | Exclude<Taken, { state: 'yours' }>

function takenOf(taken: TakenRow): Taken {
  return taken.state === 'yours' ? { state: 'yours', record: recordOf(taken.record) } : taken
}

function recordOf({ delivery, expiresAt, route, receipt, why, doubtSince, ...rest }: RecordRow): DeliveryRecord {
  return {
    delivery: { ...delivery, expiresAt },
    ...rest,
    route: optional(route),
    receipt: optional(receipt),
    why: optional(why),
    doubtSince: optional(doubtSince),
  }
}

/** A line's key and its channel. */
function keysOf({ channel, chat }: Line): [string, string] {
  return [cleanText(chatKey({ channel, chat })), channel]
}

function argsOf({ now, leaseMs, limits, route }: Permit): unknown[] {
  return [now, leaseMs, rulesOf(limits.account), rulesOf(limits.chat), route ?? null]
}

function rulesOf(limits: readonly Limit[]): number[] {
  return limits.flatMap(({ count, windowMs }) => [count, windowMs])
}
