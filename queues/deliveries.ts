import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Backend, within } from './backend.ts'

/*
 * A channel's outbox is a set of lines in the store, one a chat; what is queued here only says "look at this line".
 * A lost or doubled look is harmless: taking a delivery is a conditional move in the store, and the sweeper finds lines nobody looks at.
 */

export const lookSchema = z.object({ channel: z.string(), chat: z.string() })
export type Look = z.infer<typeof lookSchema>

export function outboxQueueName(channel: string): string {
  return `outbox-${channel}`
}

export interface OutboxQueues {
  /** Has a worker look at the line at `at` or a little later. Looks at one line for one moment are one. */
  look(line: Look, at: number, now: number): Promise<void>
  close(): Promise<void>
}

/** Looks that are due within this time of each other are joined. */
const JOIN_MS = 100

export function openOutboxQueues(backend: Backend, channels: readonly string[]): OutboxQueues {
  const queues = new Map(channels.map((channel) => [channel, backend.queue<Look>(outboxQueueName(channel))]))
  const opened = randomBytes(6).toString('hex')
  let looks = 0
  return {
    async look(line, at, now) {
      const queue = queues.get(line.channel)
      if (queue === undefined) return
      const delay = Math.max(0, at - now)
      // A look for now must not be taken for one that is just ending, so it has a number of its own.
      const moment = delay === 0 ? `now-${opened}-${++looks}` : `at-${Math.ceil(at / JOIN_MS)}`
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
function nameOf(line: Look): string {
  return `line-${createHash('sha1').update(line.chat).digest('hex').slice(0, 16)}`
}
