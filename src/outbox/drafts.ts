import { createHash } from 'node:crypto'
import type { Channel } from '../channels/channel.ts'
import type { Draft } from '../core/delivery/draft.ts'
import type { Log } from '../core/log.ts'
import type { Task } from '../core/task/task.ts'
import { whyOf } from '../core/text/why.ts'

/** Between two drafts of one answer; longer for long ones, each of which goes out whole. */
const EVERY_MS = 200
const CHARS_PER_MS = 50

export interface Drafts {
  show(growing: { task: Task; generation: number; name: string; text: string }): void
  /** The task says something now: drafts of it that have not gone out are of no use. */
  end(taskId: string): void
}

/** Answers as they grow, each at its pace. They live in memory: the answer itself is what is stored. */
export function openDrafts({
  channels,
  now,
  log,
}: {
  channels: ReadonlyMap<string, Channel>
  now(): number
  log: Log
}): Drafts {
  /** By task: the draft that goes out next. */
  const next = new Map<string, Draft | undefined>()

  async function send(channel: Channel, draft: Draft): Promise<void> {
    await channel.can.drafts?.show(draft).catch((error: unknown) => {
      log.debug({ taskId: draft.taskId, channel: channel.id, error: whyOf(error) }, 'a draft was not shown')
    })
    const timer = setTimeout(
      () => {
        const later = next.get(draft.taskId)
        if (later === undefined) return void next.delete(draft.taskId)
        next.set(draft.taskId, undefined)
        void send(channel, later)
      },
      Math.max(EVERY_MS, draft.text.length / CHARS_PER_MS),
    )
    timer.unref()
  }

  return {
    show({ task, generation, name, text }) {
      const to = task.message.from
      const channel = channels.get(to.channel)
      if (channel?.can.drafts === undefined || text.trim() === '') return
      const draft: Draft = {
        id: deliveryId(sayingId(task.id, generation, name), 0),
        to,
        taskId: task.id,
        at: now(),
        text,
      }
      if (next.has(task.id)) return void next.set(task.id, draft)
      next.set(task.id, undefined)
      void send(channel, draft)
    },
    end(taskId) {
      if (next.has(taskId)) next.set(taskId, undefined)
    },
  }
}

/** What a task says under a name, in one life of it. */
export function sayingId(taskId: string, generation: number, name: string): string {
  return `${taskId}-${generation}-${createHash('sha1').update(name).digest('hex').slice(0, 10)}`
}

/** One of the deliveries that it is split into. */
export function deliveryId(sayingId: string, place: number): string {
  return `${sayingId}-${place + 1}`
}
