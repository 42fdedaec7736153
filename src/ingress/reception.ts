import type { Channel } from '../channels/channel.ts'
import type { Ack } from '../core/message/ack.ts'
import type { Address } from '../core/message/address.ts'
import type { Message } from '../core/message/message.ts'
import type { Part } from '../core/message/part.ts'
import { fileIn } from '../core/message/sent-file.ts'
import type { Task } from '../core/task/task.ts'
import { inLang, type Lang } from '../core/text/lang.ts'
import { type AcceptPorts, taskOf } from './accept.ts'
import type { HeldReplies, RidingAnswer } from './held-replies.ts'
import type { LateNotices } from './late-notices.ts'
import { type NoticePorts, noticeOf } from './notice.ts'

export interface ReceptionPorts extends AcceptPorts, NoticePorts {
  /** Stores the task; resolves once it is stored. Throws StoreUnavailableError. */
  enqueue(task: Task): Promise<void>
  /** Keeps a reference to a file that was sent, for what its sender asks next. */
  noteFile(message: Message, file: Part): Promise<void>
  /**
   * Gives a task that has an ordering key its place there, and makes its record. Before it is stored in its lane: the
   * order is that of coming in.
   */
  join(task: Task): Promise<void>
  held: HeldReplies
  /** Lanes whose notice is given only when they take long. */
  lateLanes: ReadonlySet<string>
  lateNotices: LateNotices
  /** This process's id. */
  by: string
  /** Lanes whose commands answer in a moment; all others give notice instead of holding the request. */
  quickLanes: ReadonlySet<string>
  /** Sends what was to ride on an earlier ack of the same message that never arrived. */
  sendStranded(taskId: string): Promise<void>
  /** Says something that cannot ride on an ack. */
  say(said: { id: string; to: Address; parts: Part[]; taskId: string }): Promise<unknown>
  languageOf(message: Message): Promise<Lang>
}

/** Where a message comes in, from a callback or a socket: stored first, then acknowledged. */
export interface Reception {
  /**
   * For a callback: the ack, with the answer or the notice on it where it can ride. `gone` tells that the connection
   * broke.
   */
  answer(channel: Channel, message: Message, ack: Ack, gone: AbortSignal): Promise<Ack | RidingAnswer>
  /** For a socket or the console: resolves once the message is stored. */
  take(message: Message): Promise<Task>
}

/** How long a request may be held for an answer that rides on its ack; 0: not at all. */
function replyWithinMs({ can }: Channel): number {
  return can.passiveReply?.withinMs ?? 0
}

/** So many requests may be held at once; beyond it answers take the active way, which needs no open socket. */
const MOST_HELD = 500

export function openReception(ports: ReceptionPorts): Reception {
  const { held, quickLanes, lateLanes, lateNotices } = ports

  async function enqueue(task: Task): Promise<void> {
    if (task.orderingKey !== undefined) await ports.join(task)
    await ports.enqueue(task)
  }

  async function taskFor(message: Message): Promise<Task> {
    const sent = fileIn(message)
    // Before the task is stored: a command that comes right behind must find it.
    if (sent !== undefined) await ports.noteFile(message, sent)
    return taskOf(message, ports)
  }

  /** Stores a long task and returns its notice. */
  async function announce(task: Task): Promise<Part | undefined> {
    const notice = await noticeOf(task, ports)
    if (notice === undefined) return undefined
    return { kind: 'text', text: inLang(await ports.languageOf(task.message), notice) }
  }

  async function sayNotice(task: Task, notice: Part): Promise<void> {
    await ports.say({ id: `${task.id}-notice`, to: task.message.from, parts: [notice], taskId: task.id })
  }

  /** Stores a quick task and holds its request for the answer; undefined when none came in time. */
  async function hold(channel: Channel, task: Task, gone: AbortSignal): Promise<RidingAnswer | undefined> {
    if (held.size >= MOST_HELD) return void (await enqueue(task))
    const untilMs = task.message.receivedAt + replyWithinMs(channel)
    const request = held.hold(task.id, channel, task.message, untilMs)
    gone.addEventListener('abort', request.drop, { once: true })
    try {
      await enqueue({ ...task, held: { untilMs, by: ports.by } })
    } catch (error) {
      request.drop()
      throw error
    }
    return request.answer
  }

  return {
    async answer(channel, message, ack, gone) {
      const task = await taskFor(message)
      if (lateLanes.has(task.lane)) {
        await enqueue(task)
        lateNotices.watch(task)
        return ack
      }
      if (!quickLanes.has(task.lane)) {
        const notice = await announce(task)
        await enqueue(task)
        if (notice === undefined) return ack
        const riding = channel.can.passiveReply?.replyTo(message, notice)
        if (riding === undefined) await sayNotice(task, notice)
        return riding ?? ack
      }
      const mayRide = replyWithinMs(channel) > 0
      const riding = mayRide ? await hold(channel, task, gone) : await enqueue(task)
      if (riding !== undefined) return riding
      // An ack that says nothing ends the redeliveries, so whatever an earlier one failed to bring is sent by now.
      if (mayRide) await ports.sendStranded(task.id)
      return ack
    },
    async take(message) {
      const task = await taskFor(message)
      // Said before the task can begin, so that its answer cannot overtake it.
      const isLate = lateLanes.has(task.lane)
      const notice = isLate || quickLanes.has(task.lane) ? undefined : await announce(task)
      if (notice !== undefined) await sayNotice(task, notice)
      await enqueue(task)
      if (isLate) lateNotices.watch(task)
      return task
    },
  }
}
