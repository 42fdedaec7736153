import { z } from 'zod'
import { deliveryRecordSchema, deliverySchema } from '../../../core/delivery/delivery.ts'
import { grantSchema } from '../../../core/grant.ts'
import { mediaSchema, partSchema } from '../../../core/message/part.ts'
import { listedPresetSchema } from '../../../core/model/preset.ts'
import { timelineEventSchema } from '../../../core/task/run.ts'
import { consoleChatsSchema } from '../console/shapes.ts'
import {
  auditListSchema,
  errorBodySchema,
  grantListSchema,
  listedScheduleSchema,
  newTaskAnswerSchema,
  overviewSchema,
  presetListSchema,
  pushedSchema,
  sceneListSchema,
  scheduleListSchema,
  sessionSchema,
  taskDetailSchema,
  taskListSchema,
  taskSummarySchema,
  uploadedSchema,
} from '../shapes.ts'

/** The schemas that answers are made of, by the names they have in the document. */
const named: Readonly<Record<string, z.ZodType>> = {
  Error: errorBodySchema,
  Media: mediaSchema,
  Part: partSchema,
  Delivery: deliverySchema,
  DeliveryRecord: deliveryRecordSchema,
  TimelineEvent: timelineEventSchema,
  TaskSummary: taskSummarySchema,
  TaskDetail: taskDetailSchema,
  TaskList: taskListSchema,
  NewTaskAnswer: newTaskAnswerSchema,
  Pushed: pushedSchema,
  Overview: overviewSchema,
  SceneList: sceneListSchema,
  Grant: grantSchema,
  GrantList: grantListSchema,
  AuditList: auditListSchema,
  Preset: listedPresetSchema,
  PresetList: presetListSchema,
  Schedule: listedScheduleSchema,
  ScheduleList: scheduleListSchema,
  Session: sessionSchema,
  ConsoleChats: consoleChatsSchema,
  Uploaded: uploadedSchema,
}

const place = (name: string): string => `#/components/schemas/${name}`

/** `components.schemas`. */
export function componentSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { uri: place })
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, inDocument(schema)]))
}

/** What an answer looks like: by its name where it has one. */
export function answerSchema(schema: z.ZodType): object {
  const name = Object.keys(named).find((one) => named[one] === schema)
  return name === undefined ? inDocument(z.toJSONSchema(schema)) : { $ref: place(name) }
}

/** What a caller may write: defaults are optional there. */
export function inputSchema(schema: z.ZodType): Record<string, unknown> {
  return inDocument(z.toJSONSchema(schema, { io: 'input' }))
}

/** Inside a document a schema is no document of its own. */
function inDocument(schema: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'))
}
