import { setTimeout as wait } from 'node:timers/promises'
import type { OutboxQueues } from '../../queues/deliveries.ts'
import type { Channel } from '../channels/channel.ts'
import type { Delivery, DeliveryRecord } from '../core/delivery/delivery.ts'
import { type ClaimedRequest, type Held, PASSIVE_LEASE_MS } from '../core/delivery/held.ts'
import type { Log } from '../core/log.ts'
import { type Address, chatKey, lineOf } from '../core/message/address.ts'
import type { Part } from '../core/message/part.ts'
import type { Task } from '../core/task/task.ts'
import { cleanJson } from '../core/text/clean.ts'
import type { Line, Outbox as OutboxStore, Permit, Taken } from '../store/store.ts'
import { deliveryId, openDrafts, sayingId } from './drafts.ts'
import { openSending, sendLeaseMs } from './sending.ts'

/** Between the end of a held request's window and the active send: the time a claim by it may still be on its way. */
const HOLD_MARGIN_MS = 100

export interface OutboxPorts {
  store: OutboxStore
  channels: ReadonlyMap<string, Channel>
  wakes: OutboxQueues
  /** The held requests, wherever they wait. */
  held: Held
  deliveryKeptMs: number
  /** How long a send may take, unless its channel says that it takes longer. */
  sendMs: number
  now(): number
  log: Log
}

export interface Outbox {
  /** Stores what a task says and sends it at once where order and quota allow. Resolves when it is stored. */
  sayForTask(said: {
    task: Task
    generation: number
    name: string
    parts: readonly Part[]
    to?: Address
  }): Promise<void>
  /** Shows how what is said later under the same name grows, where the channel can; a few times a second at most. */
  draftForTask(growing: { task: Task; generation: number; name: string; text: string }): void
  /**
   * Sends an answer that was to ride on an acknowledgement of the task's message, when that one never arrived because
   * its process died. Call it before the message is acknowledged without an answer. One that is being written is given
   * its time; anything else stays as it is.
   */
  sendStranded(taskId: string): Promise<void>
  /** Stores a push; the same `id` is the same push. Resolves to the deliveries it became. */
  push(said: { id: string; to: Address; parts: readonly Part[]; taskId?: string }): Promise<string[]>
  /** Sends what the line holds, one after the other, until it is empty or must wait. */
  workLine(line: Line): Promise<void>
  /** Resolves when no send is under way. */
  idle(): Promise<void>
}

/** One who sends what a line holds. */
interface Hand {
  /** When somebody else would have looked. */
  lookAt?: number
}

export function openOutbox(ports: OutboxPorts): Outbox {
  const { store, channels, wakes, held, now, log } = ports
  const underWay = new Set<Promise<void>>()
  const drafts = openDrafts({ channels, now, log })
  /** The lines that are being sent from here, by their keys. */
  const inHand = new Map<string, Hand>()
  const { sendMs } = ports
  const sendOne = openSending({ store, channelOf, sendMs, now, log })

  function channelOf(id: string): Channel {
    const channel = channels.get(id)
    if (channel === undefined) throw new Error(`there is no channel "${id}"`)
    return channel
  }

  function deliveriesOf(id: string, to: Address, parts: readonly Part[], taskId?: string): Delivery[] {
    const createdAt = now()
    return channelOf(to.channel)
      .split(cleanJson(parts))
      .map((part, place) => ({
        id: deliveryId(id, place),
        to,
        part,
        taskId,
        createdAt,
        expiresAt: createdAt + ports.deliveryKeptMs,
      }))
  }

  function permitFor(channel: Channel): Permit {
    const { limits, can } = channel
    const repeatsShowTwice = can.idempotentSends === undefined
    return { now: now(), leaseMs: sendLeaseMs(sendMs), limits, repeatsShowTwice, looksUp: can.lookUp !== undefined }
  }

  /** Goes on beside its caller; a fault is logged, and the sweeper finds the line again. */
  function start(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) =>
        log.warn({ error: String(error) }, 'a send was interrupted; the line is looked at again'),
      )
      .finally(() => underWay.delete(watched))
    underWay.add(watched)
  }

  async function offer(deliveries: Delivery[]): Promise<void> {
    const [first] = deliveries
    if (first === undefined) return
    const line = lineOf(first.to)
    const taken = await store.offer(deliveries, { permit: permitFor(channelOf(line.channel)) })
    start(carryOn(line, taken))
  }

  /**
   * Claims the first of them for the request that waits here. A passive reply spends no quota, so none is asked for;
   * only what waits in the chat already, or a pause, can come in between.
   */
  async function ride(request: ClaimedRequest, deliveries: Delivery[]): Promise<void> {
    const [first] = deliveries
    if (first === undefined) return request.letGo()
    const at = now()
    try {
      const permit: Permit = { now: at, leaseMs: PASSIVE_LEASE_MS, limits: { account: [], chat: [] }, route: 'passive' }
      const taken = await store.offer(deliveries, { permit })
      const record = taken.state === 'yours' ? taken.record : await store.takePassive(first.id, at, PASSIVE_LEASE_MS)
      if (record !== undefined) return start(request.answer(record))
      request.letGo()
      start(carryOn(lineOf(first.to), taken))
    } catch (error) {
      request.letGo()
      throw error
    }
  }

  /**
   * Leaves the first of them to a request that may wait in another process; the active way is open when its window is
   * over.
   */
  async function leaveToHeld(taskId: string, hold: NonNullable<Task['held']>, deliveries: Delivery[]): Promise<void> {
    const [first] = deliveries
    if (first === undefined) return
    const notBefore = hold.untilMs + HOLD_MARGIN_MS
    await store.offer(deliveries, { notBefore })
    await held.tell({ by: hold.by, taskId, deliveryId: first.id })
    start(wakes.wake(lineOf(first.to), notBefore, now()))
  }

  /**
   * Sends what the line holds until it is empty or must wait. Where another here has it in hand, that one is told when
   * to look.
   */
  async function carryOn(line: Line, taken: Taken): Promise<void> {
    if (taken.state === 'empty') return
    const key = chatKey(line)
    if (taken.state === 'wait') return lookLater(line, taken.untilMs)
    const hand: Hand = {}
    inHand.set(key, hand)
    const lookAt = await sendAll(line, taken, hand).finally(() => {
      if (inHand.get(key) === hand) inHand.delete(key)
    })
    // What was left to this hand in its last moment.
    const at = lookAt ?? hand.lookAt
    if (at !== undefined) await lookLater(line, at)
  }

  /** Resolves to when the line wants to be looked at again; undefined: it is empty. */
  async function sendAll(line: Line, taken: Taken, hand: Hand): Promise<number | undefined> {
    let next = taken
    while (next.state === 'yours') {
      hand.lookAt = undefined
      const { more, lookAt } = await sendOne(line, next.record)
      // What was put into the line after that verdict is not in `more`, but its look was left to this hand.
      const at = more ? lookAt : hand.lookAt
      if (at === undefined || at > now()) return at
      next = await store.take(line, permitFor(channelOf(line.channel)))
    }
    return next.state === 'wait' ? next.untilMs : hand.lookAt
  }

  /**
   * A line in hand here needs no look of its own: whoever has it goes on after each send, and the sweeper finds what a
   * dead sender leaves.
   */
  async function lookLater(line: Line, at: number): Promise<void> {
    const hand = inHand.get(chatKey(line))
    if (hand === undefined) await wakes.wake(line, at, now())
    else hand.lookAt = at
  }

  async function workLine(line: Line): Promise<void> {
    if (!channels.has(line.channel)) return
    await carryOn(line, await store.take(line, permitFor(channelOf(line.channel))))
  }

  return {
    async sayForTask({ task, generation, name, parts, to }) {
      const id = sayingId(task.id, generation, name)
      if (to !== undefined) return offer(deliveriesOf(id, to, parts, task.id))
      drafts.end(task.id)
      const deliveries = deliveriesOf(id, task.message.from, parts, task.id)
      // Only the first thing said can ride on the ack; whoever comes later finds the request gone and goes the other
      // way.
      const hold = generation === 0 ? task.held : undefined
      const request = hold && held.claim(task.id)
      if (request !== undefined) return ride(request, deliveries)
      if (hold !== undefined && held.isElsewhere(hold.by) && hold.untilMs > now())
        return leaveToHeld(task.id, hold, deliveries)
      return offer(deliveries)
    },
    draftForTask: drafts.show,
    async sendStranded(taskId) {
      const isBeingWritten = ({ state, route }: DeliveryRecord) => route === 'passive' && state === 'sending'
      let records = await store.ofTask(taskId)
      const freeAt = Math.max(...records.filter(isBeingWritten).map(({ updatedAt }) => updatedAt + PASSIVE_LEASE_MS))
      const at = Math.max(now(), freeAt)
      if (freeAt > now()) {
        await wait(freeAt - now())
        records = await store.ofTask(taskId)
      }
      for (const { delivery, state, route, attempts, updatedAt } of records) {
        if (route !== 'passive') continue
        const line = lineOf(delivery.to)
        if (state === 'unsure') await store.resend(delivery.id, at + ports.deliveryKeptMs, at)
        else if (state === 'sending' && updatedAt + PASSIVE_LEASE_MS <= at) {
          const why = 'its acknowledgement never arrived'
          await store.applyVerdict(
            delivery.id,
            attempts,
            { state: 'again', why, notBefore: at, costsAttempt: false },
            at,
          )
        } else continue
        log.info({ deliveryId: delivery.id, taskId }, 'an answer whose acknowledgement was lost is sent again')
        start(workLine(line))
      }
    },
    async push({ id, to, parts, taskId }) {
      const deliveries = deliveriesOf(id, to, parts, taskId)
      await offer(deliveries)
      return deliveries.map((delivery) => delivery.id)
    },
    workLine,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
