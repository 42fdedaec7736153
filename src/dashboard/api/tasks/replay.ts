import { z } from 'zod'
import { liveStates, type Run } from '../../../core/task/run.ts'
import type { Api } from '../api.ts'
import { ApiFault, invalid, notFound } from '../fault.ts'
import { callId } from '../idempotency.ts'
import { defineRoute } from '../route.ts'
import { replayAnswerSchema, replaySchema } from '../shapes.ts'
import { findTask } from './find.ts'
import { summaryOf } from './summary.ts'

/** The change event tells of the end; it is a hint and may be lost, so it is looked for so often besides. */
const LOOK_MS = 2000

export const replayTask = defineRoute({
  method: 'post',
  path: '/api/tasks/:id/replay',
  summary:
    'Run the message of an ended task again as a task of its own, `dry` without sending or doing anything; answers with what it says differently',
  auth: 'any',
  status: 202,
  params: z.object({ id: z.string() }),
  body: replaySchema.optional(),
  isIdempotent: true,
  answer: replayAnswerSchema,
  async run(api, input) {
    const { dry, models, tools, waitMs } = input.body ?? replaySchema.parse({})
    if (!dry && !(models && tools)) throw invalid('body', 'only a dry replay may do without models or tools')
    const { id } = await findTask(api, input.params.id)
    const mine = await callId(api, { ...input, body: { ...input.body, of: id } }, 'replay')
    const options = { id: mine, by: input.caller.name, dry: dry ? { models, tools } : undefined }
    const begun = await api.replay(id, options)
    if (begun === undefined) throw notFound(`task ${input.params.id}`)
    if (begun === 'live') throw new ApiFault(409, 'not_ended', `task ${input.params.id} has not ended; replay it then`)
    if (begun === 'builtin') {
      throw new ApiFault(
        409,
        'builtin',
        'built-in commands are not replayed: they act on what is there now, in the name of their person',
      )
    }
    const hasGone = new AbortController()
    // They may have hung up while it was being begun.
    if (input.response.closed) hasGone.abort()
    input.response.once('close', () => hasGone.abort())
    const run = await endOf(api, begun, AbortSignal.any([hasGone.signal, AbortSignal.timeout(waitMs)]))
    const replay = await api.replayed(run)
    if (replay === undefined) throw new Error(`task ${run.id} is no replay`)
    return { ...summaryOf(run), replay }
  },
})

/** The run as it is when it has ended, or when nobody waits for that any longer. */
async function endOf(api: Api, begun: Run, givenUp: AbortSignal): Promise<Run> {
  let run = begun
  let wake = (): void => undefined
  let hasChanged = true
  const look = (): void => {
    hasChanged = true
    wake()
  }
  const leave = api.tasks.join((task) => {
    if (task.id === begun.id) look()
  })
  const timer = setInterval(look, LOOK_MS)
  givenUp.addEventListener('abort', () => wake())
  try {
    while (liveStates.includes(run.state) && !givenUp.aborted) {
      if (hasChanged) {
        hasChanged = false
        run = (await api.store.runs.find(run.id)) ?? run
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
    return run
  } finally {
    clearInterval(timer)
    leave()
  }
}
