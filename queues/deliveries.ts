import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Backend, within } from './backend.ts'

/*
 * A channel's outbox is a set of lines in the store, one a chat; what is queued here only says "look at this line". A
 * lost or doubled wake is harmless: taking a delivery is a conditional move in the store, and the sweeper finds lines
 * nobody looks at.
 */

export const lineWakeSchema = z.object({ channel: z.string(), chat: z.string() })
export type LineWake = z.infer<typeof lineWakeSchema>

export function outboxQueueName(channel: string): string {
  return `outbox-${channel}`
}

export interface OutboxQueues {
  /** Has a worker look at the line at `at` or a little later. Wakes of one line for one moment are one. */
  wake(line: LineWake, at: number, now: number): Promise<void>
  close(): Promise<void>
}

/** Looks that are due within this time of each other are joined. */
const JOIN_MS = 100

export function openOutboxQueues(backend: Backend, channels: readonly string[]): OutboxQueues {
  const queues = new Map(channels.map((channel) => [channel, backend.queue<LineWake>(outboxQueueName(channel))]))
  const opened = randomBytes(6).toString('hex')
  let wakes = 0
  return {
    async wake(line, at, now) {
      const queue = queues.get(line.channel)
      if (queue === undefined) return
      const delay = Math.max(0, at - now)
      // A wake that is due at once has a number of its own: it must not be taken for one that is just ending.
      const moment = delay === 0 ? `now-${opened}-${++wakes}` : `at-${Math.ceil(at / JOIN_MS)}`
      await within(
        queue.add('look', line, { jobId: `${nameOf(line)}-${moment}`, delay: delay === 0 ? 0 : delay + JOIN_MS }),
      )
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
    },
  }
}

/** A chat's id may hold anything; a job's id may not. */
function nameOf(line: LineWake): string {
  return `line-${createHash('sha1').update(line.chat).digest('hex').slice(0, 16)}`
}
