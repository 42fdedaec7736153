import { z } from 'zod'
import { deliveryRecordSchema } from '../../core/delivery/delivery.ts'
import { grantSchema } from '../../core/grant.ts'
import { measureSchema } from '../../core/model/budget.ts'
import { llmSumSchema } from '../../core/model/llm-call.ts'
import { listedPresetSchema, presetFaultSchema } from '../../core/model/preset.ts'
import { usageSchema } from '../../core/model/usage.ts'
import { policySchema, scheduleSchema } from '../../core/schedule/schedule.ts'
import { replayedSchema } from '../../core/task/replay.ts'
import { runStateSchema, timelineEventSchema } from '../../core/task/run.ts'
import { waitSchema } from '../../core/task/wait.ts'
import { bilingualSchema, langSchema } from '../../core/text/lang.ts'

/*
 * What the HTTP API takes and gives. The OpenAPI document is made from these, and the dashboard is typed by them.
 * Times are epoch ms. Errors are ErrorBody with a 4xx or 5xx status.
 */

export const errorBodySchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

export const taskSummarySchema = z.object({
  id: z.string(),
  /** People call it #12; undefined while a short task has not begun. */
  number: z.number().optional(),
  state: runStateSchema,
  lane: z.string(),
  /** `scene command`, a built-in's name, or empty when no command fits. */
  command: z.string(),
  /** The first 200 characters of the message. */
  text: z.string(),
  channel: z.string(),
  chat: z.string(),
  chatKind: z.enum(['private', 'group']),
  sender: z.object({ id: z.string(), name: z.string().optional() }),
  attempt: z.number(),
  /** The task whose model called this one as a tool. */
  parent: z.object({ id: z.string(), number: z.number() }).optional(),
  /** The task whose message it runs again. */
  replays: z.object({ id: z.string(), number: z.number() }).optional(),
  /** It sends nothing and does nothing in chats. */
  isDry: z.boolean().optional(),
  progress: z.object({ percent: z.number().optional(), text: z.string().optional() }).optional(),
  /** What it waits for, beside a slot. */
  waits: z.array(waitSchema).optional(),
  why: z.string().optional(),
  createdAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
})
export type TaskSummary = z.infer<typeof taskSummarySchema>

export const taskDetailSchema = taskSummarySchema.extend({
  timeline: z.array(timelineEventSchema),
  /** All calls of models together, as far as the timeline goes back. */
  llm: llmSumSchema.optional(),
  steps: z.array(z.object({ name: z.string(), bytes: z.number() })),
  /** More are kept than are shown: these are the last ones. */
  hasMoreSteps: z.boolean().optional(),
  /** Its fan-outs: how many of the items have ended, and how many of these well; the tasks of those under way. */
  fans: z
    .array(
      z.object({
        name: z.string(),
        count: z.number(),
        ended: z.number(),
        done: z.number(),
        underWay: z.array(z.object({ id: z.string(), index: z.number() })),
      }),
    )
    .optional(),
  deliveries: z.array(deliveryRecordSchema),
  /** Of a replay. */
  replay: replayedSchema.optional(),
})
export type TaskDetail = z.infer<typeof taskDetailSchema>

/** GET /api/tasks?state=&channel=&user=&command=&q=&limit=&before= ; `state` may be several, joined by commas. */
export const taskListSchema = z.object({ tasks: z.array(taskSummarySchema), next: z.number().optional() })
export type TaskList = z.infer<typeof taskListSchema>

/**
 * GET /api/overview: what the front page shows, and what GET /api/live sends again on every change (server-sent
 * events).
 */
export const overviewSchema = z.object({
  store: z.object({ kind: z.enum(['redis', 'embedded']), up: z.boolean() }),
  version: z.string(),
  startedAt: z.number(),
  lanes: z.array(
    z.object({
      name: z.string(),
      concurrency: z.number(),
      waiting: z.number(),
      active: z.number(),
      delayed: z.number(),
      failed: z.number(),
    }),
  ),
  channels: z.array(
    z.object({
      id: z.string(),
      platform: z.string(),
      down: z.object({ since: z.number(), why: z.string() }).optional(),
      waiting: z.number(),
      pausedUntil: z.number().optional(),
    }),
  ),
  sceneFaults: z.array(z.object({ file: z.string(), line: z.number().optional(), message: z.string() })),
})
export type Overview = z.infer<typeof overviewSchema>

/** GET /api/scenes: for the console's hints. */
export const sceneListSchema = z.object({
  scenes: z.array(
    z.object({
      name: z.string(),
      summary: z.object({ zh: z.string(), en: z.string() }),
      isPublic: z.boolean(),
      commands: z.array(
        z.object({
          name: z.string(),
          usage: z.string(),
          summary: z.object({ zh: z.string(), en: z.string() }),
          lane: z.string(),
        }),
      ),
    }),
  ),
})
export type SceneList = z.infer<typeof sceneListSchema>

/** POST /api/messages: push. Exactly one of text, markdown, image, file. */
export const pushSchema = z.object({
  to: z.object({ channel: z.string(), chat: z.string(), chatKind: z.enum(['private', 'group']).default('private') }),
  text: z.string().min(1).optional(),
  markdown: z.string().min(1).optional(),
  image: z
    .object({ url: z.string().optional(), base64: z.string().optional(), name: z.string().optional() })
    .optional(),
  file: z.object({ url: z.string().optional(), base64: z.string().optional(), name: z.string() }).optional(),
})
export const pushedSchema = z.object({ deliveryIds: z.array(z.string()) })

/**
 * POST /api/tasks: runs a command as an API caller; the answer is read from GET /api/tasks/:id (`deliveries`), or goes
 * to `to` when given.
 */
export const newTaskSchema = z.object({
  text: z.string().min(1),
  to: z
    .object({ channel: z.string(), chat: z.string(), chatKind: z.enum(['private', 'group']).default('private') })
    .optional(),
})
export const newTaskAnswerSchema = z.object({ taskId: z.string() })

/** POST /api/tasks/:id/retry: from the step that failed, or afresh. */
export const retrySchema = z.object({ fresh: z.boolean().default(false) })
export const retriedSchema = taskSummarySchema.extend({
  /** The steps that are not done again. */
  kept: z.array(z.string()),
})

/** POST /api/tasks/:id/replay: runs the message of an ended task again, with the code of now, as a task of its own. */
export const replaySchema = z.object({
  /** What it says stays in its record, nothing is done in chats, nobody is asked and nothing is waited for. */
  dry: z.boolean().default(false),
  /** Only a dry one may do without. */
  models: z.boolean().default(true),
  tools: z.boolean().default(true),
  /** The call waits so long for its end, to answer with what has changed. */
  waitMs: z.int().min(0).max(30_000).default(5_000),
})
export const replayAnswerSchema = taskSummarySchema.extend({ replay: replayedSchema })

export const grantListSchema = z.object({ grants: z.array(grantSchema) })
export const newGrantSchema = z.object({
  subject: z.string().min(1),
  scene: z.string().min(1),
  command: z.string().min(1).default('*'),
  /** ISO 8601 with a zone, or a local time of the server's zone. */
  validFrom: z.string().optional(),
  validUntil: z.string().optional(),
})

/** GET /api/presets: who models may be. */
export const presetListSchema = z.object({
  presets: z.array(listedPresetSchema),
  faults: z.array(presetFaultSchema),
  /** The one of everybody who has chosen none. */
  usual: z.string().optional(),
})
export type PresetList = z.infer<typeof presetListSchema>

export const listedScheduleSchema = scheduleSchema
  .omit({ unsaid: true, lookAt: true, version: true })
  /** Its next five times; none while it is paused. */
  .extend({ next: z.array(z.number()) })
export type ListedSchedule = z.infer<typeof listedScheduleSchema>

/** GET /api/schedules: the newest first, and the zone of times that name none. */
export const scheduleListSchema = z.object({ schedules: z.array(listedScheduleSchema), timeZone: z.string() })
export type ScheduleList = z.infer<typeof scheduleListSchema>

/**
 * POST /api/schedules. It runs as `owner` (a person of that channel) with what they may use at that time; left out, as
 * the caller.
 */
export const newScheduleSchema = policySchema.extend({
  /** `every weekday 9:00`, `每月1号 9:00`, `every 2 hours`, `0 9 * * 1-5` */
  when: z.string().min(1),
  timeZone: z.string().optional(),
  /** The command, as a person would write it. */
  text: z.string().trim().min(1),
  to: z
    .object({ channel: z.string(), chat: z.string().min(1), chatKind: z.enum(['private', 'group']).default('private') })
    .optional(),
  owner: z.string().min(1).optional(),
  lang: langSchema.optional(),
})

/** GET /api/schedules/times?when=&timeZone= : the next five, or why there are none. */
export const scheduleTimesSchema = z.object({ times: z.array(z.number()), refused: bilingualSchema.optional() })
export type ScheduleTimes = z.infer<typeof scheduleTimesSchema>

/** GET /api/audit: who changed what, newest first. */
export const auditListSchema = z.object({
  lines: z.array(z.object({ at: z.number(), by: z.string(), what: z.string() })),
})

/** GET /api/usage?days= : what models were used for, and the budgets. */
export { usageSchema }
/**
 * POST /api/budgets/raises: more of one measure for a person (`onebot:10001`), a group (`group:onebot:20001`) or
 * everybody (`all`).
 */
export const newRaiseSchema = z.object({
  subject: z.string().min(1),
  measure: measureSchema,
  /** Added to each day's limit; 0 takes back what was given. */
  amount: z.number().min(0),
  /** As in grants; the end of today when left out. */
  until: z.string().optional(),
})

/**
 * POST /api/session {password} → cookie; GET tells who; DELETE ends it. State-changing calls by cookie carry the header
 * `x-huitou-csrf: <csrf>`.
 */
export const sessionSchema = z.object({
  signedIn: z.boolean(),
  csrf: z.string().optional(),
  lang: z.enum(['zh', 'en']),
})
export type Session = z.infer<typeof sessionSchema>

/**
 * POST /api/files (body: the bytes; headers content-type and x-file-name, URI-encoded) → a fileId for `kept` media. GET
 * /api/files/:id gives the bytes.
 */
export const uploadedSchema = z.object({ fileId: z.string(), name: z.string(), type: z.string(), bytes: z.number() })
