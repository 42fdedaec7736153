import { z } from 'zod'
import type { DeliveryRecord } from '../../../core/delivery/delivery.ts'
import { sumOfCalls } from '../../../core/model/llm-call.ts'
import { childTaskId } from '../../../core/task/child-item.ts'
import type { TimelineEvent } from '../../../core/task/run.ts'
import { isAuthorsStep } from '../../../core/task/step-name.ts'
import type { FanOutRecord } from '../../../store/fan-outs.ts'
import { defineRoute } from '../route.ts'
import { type TaskSummary, taskDetailSchema } from '../shapes.ts'
import { findTask } from './find.ts'
import { summaryOf, waitingSummaryOf } from './summary.ts'

/** What a person looks at; a task that keeps more shows its last ones. */
const MOST_STEPS = 500

export const getTask = defineRoute({
  method: 'get',
  path: '/api/tasks/:id',
  summary: 'A task by its id or number, with timeline, steps and deliveries',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  answer: taskDetailSchema,
  async run(api, { params }) {
    const found = await findTask(api, params.id)
    const [timeline, steps, fans, deliveries, replay] = await Promise.all([
      api.store.runs.timeline(found.id),
      api.store.steps.sizes(found.id, MOST_STEPS + 1),
      api.store.fanOuts.list(found.id),
      api.store.outbox.ofTask(found.id),
      found.kind === 'run' ? api.replayed(found.run) : undefined,
    ])
    const summary = found.kind === 'run' ? summaryOf(found.run) : waitingSummaryOf(found.task)
    return {
      ...summary,
      timeline: withSends([...timeline, ...underWay(summary)], deliveries),
      llm: sumOfCalls(timeline.flatMap(({ call }) => call ?? [])),
      steps: steps.slice(-MOST_STEPS).filter(({ name }) => isAuthorsStep(name)),
      hasMoreSteps: steps.length > MOST_STEPS || undefined,
      fans: fans.length === 0 ? undefined : fans.map((fan) => fanShown(fan, found.id)),
      deliveries,
      replay,
    }
  },
})

function fanShown({ id, name, count, ended, done, underWay }: FanOutRecord, runId: string) {
  return {
    name,
    count,
    ended,
    done,
    underWay: underWay.map(({ index }) => ({ id: childTaskId(runId, id, index), index })),
  }
}

/** The run's own hops and, from the deliveries' records, what became of what was said. */
function withSends(timeline: readonly TimelineEvent[], deliveries: readonly DeliveryRecord[]): TimelineEvent[] {
  const sends = deliveries.flatMap(({ state, route, receipt, why, updatedAt }): TimelineEvent[] => {
    if (state === 'sent') return [{ at: receipt?.sentAt ?? updatedAt, kind: 'sent', route, text: receipt?.note }]
    if (state === 'queued' || state === 'sending') return []
    return [{ at: updatedAt, kind: 'undelivered', text: why === undefined ? state : `${state}: ${why}` }]
  })
  return [...timeline, ...sends].toSorted((one, other) => one.at - other.at)
}

/** An attempt writes its hops when it ends; until then this is what is known of it. */
function underWay({ state, startedAt, attempt }: TaskSummary): TimelineEvent[] {
  return state === 'running' && startedAt !== undefined ? [{ at: startedAt, kind: 'started', attempt }] : []
}
