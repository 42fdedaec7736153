import {
  type Delivery,
  type DeliveryRecord,
  deliveryStateSchema,
  type Receipt,
  sendRouteSchema,
  type Verdict,
} from '../../core/delivery/delivery.ts'
import type { Limit } from '../../core/delivery/limit.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Line, Outbox, Permit, Taken } from '../store.ts'
import { answered } from './faults.ts'
import { fromJson, optional, packed, toJson } from './json.ts'
import * as lua from './outbox-lua.ts'
import * as times from './outbox-times-lua.ts'
import { asFields, asList, type Database, type Fields, type Reply } from './script.ts'

export function redisOutbox(db: Database): Outbox {
  const keyOf = (name: string) => `${db.prefix}${name}`

  return {
    async offer(deliveries, { notBefore, permit }) {
      const [first] = deliveries
      if (first === undefined) return { state: 'empty' }
      const clean = deliveries.map(packed<Delivery>)
      const each = clean.flatMap(({ json, value }) => [
        value.id,
        json,
        value.createdAt,
        value.expiresAt,
        value.taskId ?? '',
      ])
      const permitted = permit ? [permit.now, ...restOf(permit), permit.route ?? ''] : ['', '', '', '', '']
      const reply = await db.run(lua.offer, lineOf(first.to), first.to.channel, notBefore ?? 0, ...permitted, ...each)
      const [head] = clean
      if (asList(reply)[0] !== 'yours' || head === undefined || permit === undefined) return readTaken(reply)
      const { route, now } = permit
      const taken = {
        state: 'sending',
        attempts: 1,
        maybeTwice: false,
        updatedAt: now,
        ...(route && { route }),
      } as const
      return { state: 'yours', record: { delivery: head.value, ...taken } }
    },

    async take(line, permit) {
      return readTaken(
        await db.run(
          lua.take,
          lineOf(line),
          line.channel,
          permit.now,
          ...restOf(permit),
          permit.repeatsShowTwice ? 1 : 0,
          permit.looksUp ? 1 : 0,
        ),
      )
    },

    async takePassive(deliveryId, now, leaseMs) {
      const reply = await db.run(lua.takePassive, deliveryId, now, leaseMs)
      return reply === null ? undefined : readRecord(asFields(reply))
    },

    async applyVerdict(deliveryId, attempt, verdict, now) {
      const lookAt = await db.run(lua.settle, deliveryId, attempt, verdict.state, now, ...detailsOf(verdict))
      return lookAt === null ? { more: false } : { more: true, lookAt: Number(lookAt) }
    },

    async pause(channel, untilMs, chat) {
      const paused = chat === undefined ? channel : lineOf({ channel, chat })
      await answered(db.redis.zadd(keyOf('outbox:pauses'), 'GT', untilMs, paused))
    },

    async prolong(deliveryId, attempt, untilMs) {
      return (await db.run(times.prolong, deliveryId, attempt, untilMs)) === 1
    },

    async resume(line, now) {
      await db.run(times.resume, lineOf(line), now)
    },

    async saidSince(line, since) {
      return answered(db.redis.zrangebyscore(keyOf(`said:${lineOf(line)}`), since, '+inf'))
    },

    async pausedUntil(channel) {
      return (await answered(db.redis.zscore(keyOf('outbox:pauses'), channel)).then(Number)) || undefined
    },

    async resend(deliveryId, expiresAt, now) {
      return (await db.run(lua.resend, deliveryId, expiresAt, now)) === 1
    },

    async find(deliveryId) {
      const fields: Fields = await answered(db.redis.hgetall(keyOf(`delivery:${deliveryId}`)))
      return fields.state === undefined ? undefined : readRecord(fields)
    },

    async ofTask(taskId) {
      return asList(await db.run(lua.ofTask, taskId)).map((reply) => readRecord(asFields(reply)))
    },

    async waiting() {
      const counts = await answered(db.redis.hgetall(keyOf('outbox:waiting')))
      return Object.fromEntries(
        Object.entries(counts)
          .map(([channel, count]) => [channel, Number(count)] as const)
          .filter(([, count]) => count > 0),
      )
    },

    async due(now, limit) {
      const lines = await answered(db.redis.zrangebyscore(keyOf('outbox:due'), '-inf', now, 'LIMIT', 0, limit))
      return lines.map(readLine)
    },
  }
}

/** Removes at most `limit` deliveries that were settled before then. */
export async function sweepOutbox(db: Database, settledBefore: number, now: number, limit: number): Promise<number> {
  return Number(await db.run(lua.sweepOutbox, settledBefore, now, limit))
}

/** A channel's id has no colon, so the first one ends it. */
function lineOf({ channel, chat }: Line): string {
  return `${channel}:${chat}`
}

function readLine(line: string): Line {
  const colon = line.indexOf(':')
  return { channel: line.slice(0, colon), chat: line.slice(colon + 1) }
}

function restOf({ leaseMs, limits }: Permit): [number, string, string] {
  const asText = (list: readonly Limit[]) => list.map(({ count, windowMs }) => `${count},${windowMs}`).join(',')
  return [leaseMs, asText(limits.account), asText(limits.chat)]
}

/** why, notBefore, costsAttempt, route, receipt, doubtSince, platformMessageId */
function detailsOf(verdict: Verdict): [string, number, number, string, string, number | string, string] {
  if (verdict.state === 'sent') {
    const { route, receipt } = verdict
    return ['', 0, 1, route, toJson(receipt), '', cleanText(receipt.platformMessageId ?? '')]
  }
  if (verdict.state === 'expired') return ['', 0, 1, '', '', '', '']
  if (verdict.state !== 'again') return [cleanText(verdict.why), 0, 1, '', '', '', '']
  const { why, notBefore, costsAttempt, doubtSince = '' } = verdict
  return [cleanText(why), notBefore, costsAttempt ? 1 : 0, '', '', doubtSince, '']
}

function readTaken(reply: Reply): Taken {
  const [what, rest] = asList(reply)
  if (what === 'yours') return { state: 'yours', record: readRecord(asFields(rest)) }
  return what === 'wait' ? { state: 'wait', untilMs: Number(rest) } : { state: 'empty' }
}

function readRecord(fields: Fields): DeliveryRecord {
  return {
    // `resend` gives it a new end, which stands beside the delivery as it was offered.
    delivery: { ...fromJson<Delivery>(fields.delivery), expiresAt: Number(fields.expiresAt) },
    state: deliveryStateSchema.parse(fields.state),
    attempts: Number(fields.attempts),
    route: optional(fields.route, (route) => sendRouteSchema.parse(route)),
    receipt: optional(fields.receipt, fromJson<Receipt>),
    why: fields.why,
    maybeTwice: fields.maybeTwice === '1',
    doubtSince: optional(fields.doubtSince, Number),
    updatedAt: Number(fields.updatedAt),
  }
}
