import type { Message } from '../../core/message/message.ts'
import { isElsewhere, type Schedule, type ScheduleSpec, taskIdOf } from '../../core/schedule/schedule.ts'
import type { Access } from '../people/access.ts'

/** What is granted to those whose schedules may speak in other chats than the one they were made in. */
export const DELIVER_RIGHT = { scene: 'schedule', command: 'deliver' } as const

/** The message that a due time is: its owner's, said in the chat it is delivered to. */
export function messageOf(schedule: Schedule, dueAt: number, now: number): Message {
  return { ...asked(schedule, taskIdOf(schedule.id, dueAt), now), sentAt: dueAt }
}

/** The same before there is a schedule, to find out what its owner may do. */
export function asked({ askedIn, to, owner, text, lang }: ScheduleSpec, id: string, now: number): Message {
  return { id, from: to, askedIn, sender: owner, text, parts: [{ kind: 'text', text }], lang, receivedAt: now }
}

/**
 * Whether it may speak where it is to, at this moment: a grant that has run out counts no more, also for what was made
 * under it.
 */
export async function mayDeliver(spec: ScheduleSpec, access: Access, now: number): Promise<boolean> {
  if (spec.source !== 'chat' || !isElsewhere(spec)) return true
  return access.isGranted(asked(spec, 'schedule', now), DELIVER_RIGHT.scene, DELIVER_RIGHT.command)
}
