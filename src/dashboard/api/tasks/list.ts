import { z } from 'zod'
import { personKey } from '../../../core/message/address.ts'
import { type RunFilter, runStateSchema } from '../../../core/task/run.ts'
import { defineRoute } from '../route.ts'
import { taskListSchema } from '../shapes.ts'
import { summaryOf, waitingSummaryOf } from './summary.ts'

const states = z
  .string()
  .transform((text) => text.split(',').filter((state) => state !== ''))
  .pipe(z.array(runStateSchema))

export const listTasks = defineRoute({
  method: 'get',
  path: '/api/tasks',
  summary: 'Tasks, newest first; `state` may be several, joined by commas; `before` pages on from `next`',
  auth: 'any',
  status: 200,
  query: z.object({
    state: states.optional(),
    channel: z.string().optional(),
    /** `channel:person`, or with `channel` the person alone. */
    user: z.string().optional(),
    chat: z.string().optional(),
    command: z.string().optional(),
    q: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    before: z.coerce.number().int().positive().optional(),
  }),
  answer: taskListSchema,
  async run(api, { query }) {
    const filter = filterOf(query)
    const { limit, before } = query
    const wantsWaiting = before === undefined && (filter.states?.includes('waiting') ?? true)
    const [runs, tasks] = await Promise.all([
      api.store.runs.list(filter, limit, before),
      wantsWaiting ? api.waitingTasks(filter, limit) : [],
    ])
    // Those without a record come on top of the first page; one that got its record meanwhile stands there once.
    const known = new Set(runs.map(({ id }) => id))
    const waiting = tasks.filter(({ id }) => !known.has(id)).map(waitingSummaryOf)
    const next = runs.length === limit ? runs.at(-1)?.number : undefined
    return { tasks: [...waiting, ...runs.map(summaryOf)], next }
  },
})

interface Query {
  state?: RunFilter['states']
  channel?: string
  user?: string
  chat?: string
  command?: string
  q?: string
}

/** An empty field of a form asks for nothing. */
function filterOf({ state, channel, user, chat, command, q }: Query): RunFilter {
  const owner = user && (user.includes(':') || !channel ? user.toLowerCase() : personKey(channel, user))
  return {
    states: state?.length ? state : undefined,
    channel: channel || undefined,
    user: owner || undefined,
    chat: chat || undefined,
    command: command || undefined,
    q: q || undefined,
  }
}
