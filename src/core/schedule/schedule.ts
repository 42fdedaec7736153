import { z } from 'zod'
import { addressSchema, chatKey } from '../message/address.ts'
import { askerOf, idSchema } from '../message/message.ts'
import { count } from '../settings/pieces.ts'
import { runStateSchema } from '../task/run.ts'
import { langSchema } from '../text/lang.ts'
import { isTimeZone } from './times.ts'
import { readWhen } from './when.ts'

/** What becomes of due times that nobody was there for: passed over, made up for by one task, or by one each. */
export const misfireSchema = z.enum(['skip', 'once', 'all'])
/** What becomes of a due time whose forerunner still runs: passed over, put behind it, or begun beside it. */
export const overlapSchema = z.enum(['skip', 'queue', 'both'])

/** After so many failures in a row a schedule pauses itself, unless it says otherwise. */
const PAUSES_AFTER = 3

export const whenTextSchema = z
  .string()
  .trim()
  .refine(
    (text) => readWhen(text) !== undefined,
    'is no time: write every weekday 9:00, 每月1号 9:00, every 2 hours or 0 9 * * 1-5',
  )
export const timeZoneSchema = z.string().refine(isTimeZone, 'must be a time zone such as Asia/Shanghai or UTC')

/** How a schedule goes about it; all of it may be left out. The config file has the same words. */
export const policySchema = z.object({
  misfire: misfireSchema
    .default('once')
    .describe(
      'What becomes of times that nobody was there for: passed over, made up for once, or one by one (the last 100).',
    ),
  overlap: overlapSchema
    .default('skip')
    .describe('When the one before still runs: passed over, put behind it, or begun beside it.'),
  pauseAfter: count(1, 100).default(PAUSES_AFTER).describe('Failures in a row after which it pauses itself.'),
})

/** What was asked for, as it stays. */
export const scheduleSpecSchema = policySchema.extend({
  /** As it was written; `readWhen` reads it. */
  when: z.string(),
  timeZone: z.string(),
  /** The message that each of its tasks is. */
  text: z.string().min(1),
  /** The person whose tasks they are, in `askedIn`'s channel. */
  owner: z.object({ id: z.string().min(1), name: z.string().optional() }),
  askedIn: addressSchema,
  to: addressSchema,
  lang: langSchema.optional(),
  source: z.enum(['chat', 'api', 'config']),
  /** What the config file calls it. */
  name: z.string().optional(),
})
export type ScheduleSpec = z.infer<typeof scheduleSpecSchema>

/** One that people or programs ask for while Huitou runs. */
export type ScheduleRequest = Omit<ScheduleSpec, 'source' | 'name'> & { source: 'chat' | 'api' }

/** Something its owner is to be told; kept until it is said. */
export const scheduleNotificationSchema = z.object({
  kind: z.enum(['failed', 'paused', 'barred']),
  /** Tells it from others, so that saying it again is the same delivery. */
  id: idSchema,
  at: z.number(),
  failures: z.number(),
  task: z.object({ id: z.string(), number: z.number(), state: runStateSchema }).optional(),
})
export type ScheduleNotification = z.infer<typeof scheduleNotificationSchema>

/** A schedule as its record tells it. */
export const scheduleSchema = scheduleSpecSchema.extend({
  id: idSchema,
  /** What people call it: counts up over the whole installation. */
  number: z.number(),
  /** Counts the changes: whoever changes it names the one they saw. */
  version: z.number(),
  createdAt: z.number(),
  paused: z.object({ at: z.number(), by: z.string(), why: z.enum(['asked', 'failures', 'barred']) }).optional(),
  /** The next due time that is not decided yet; undefined while it is paused. */
  nextAt: z.number().optional(),
  /** Tasks that were decided on and are not known to have ended. */
  open: z.array(z.object({ dueAt: z.number(), taskId: z.string(), at: z.number(), isStored: z.boolean() })),
  /** Due times that wait for the one before them to end. */
  queued: z.array(z.number()),
  /** In a row. */
  failures: z.number(),
  /** The last tasks that ended, the newest first. */
  recent: z.array(
    z.object({
      dueAt: z.number(),
      taskId: z.string(),
      number: z.number(),
      state: runStateSchema,
      why: z.string().optional(),
      /** When it was seen to have ended. */
      at: z.number(),
    }),
  ),
  /** Due times that made no task, the last time that happened. */
  passedOver: z.object({ at: z.number(), count: z.number(), why: z.enum(['missed', 'overlap']) }).optional(),
  unsaid: z.array(scheduleNotificationSchema),
  /** When somebody has to look at it next. */
  lookAt: z.number().optional(),
})
export type Schedule = z.infer<typeof scheduleSchema>

/** The task of one due time: whoever makes it, and however often, it is the same. */
export function taskIdOf(scheduleId: string, dueAt: number): string {
  return `${scheduleId}-${dueAt}`
}

/** The `personKey` of its owner. */
export function ownerOf({ askedIn, owner }: Pick<ScheduleSpec, 'askedIn' | 'owner'>): string {
  return askerOf({ from: askedIn, sender: owner })
}

/** Whether what it says goes elsewhere than to where it was asked for, or to its owner alone. */
export function isElsewhere({ askedIn, to, owner }: Pick<ScheduleSpec, 'askedIn' | 'to' | 'owner'>): boolean {
  const isToOwner = to.chatKind === 'private' && to.chat.toLowerCase() === owner.id.toLowerCase()
  return chatKey(to) !== chatKey(askedIn) && !(isToOwner && to.channel === askedIn.channel)
}

/** Times as people may write them, for those whose time could not be read. */
export const whenExamples = {
  zh: '工作日 9:00、每天 18:30、每周一 9:00、每周一、三 下午3点、每月1号 9:00、每月最后一天 18:00、每2小时、每30分钟，或五段的 cron：0 9 * * 1-5',
  en: 'every weekday 9:00, every day 18:30, every monday and thursday 9am, every month on the 1st 9:00, last day of every month 18:00, every 2 hours, or cron with five fields: 0 9 * * 1-5',
}
