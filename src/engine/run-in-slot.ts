import type { CommandEntry } from '../core/catalog.ts'
import { cleanJson } from '../core/clean.ts'
import { insist } from '../core/insist.ts'
import { inLang, type Lang } from '../core/lang.ts'
import type { Run } from '../core/run.ts'
import { act } from './act.ts'
import { type Attempt, textIn } from './attempt.ts'
import type { Deadline } from './deadline.ts'
import type { Engine } from './engine.ts'
import { openRunFiles, type RunFiles } from './files/run-files.ts'
import type { HostCalls, HostEnd } from './host/slots.ts'
import type { AskOptions, LlmCall } from './llm/llm.ts'
import { LlmError } from './llm/llm-error.ts'
import type { HostCall } from './protocol.ts'
import { sentences } from './sentences.ts'
import { waitFor } from './waits.ts'

/** How much of an answer that is being written is shown. */
const SHOWN_CHARS = 200
/** Progress is written down at most this often. */
const PROGRESS_EVERY_MS = 300

/** Runs a scene's command in a slot of its lane and reads how it ended. */
export async function runInSlot(
  run: Run,
  entry: CommandEntry,
  lang: Lang,
  engine: Engine,
  deadline: Deadline,
): Promise<Attempt> {
  const slots = engine.slots(run.task.lane)
  const { route, message } = run.task
  if (slots === undefined || route === undefined) throw new Error(`this process has no slots for lane ${run.task.lane}`)
  const note = notes(run, engine)
  const { media, scratch } = engine
  const files = openRunFiles(message, lang, { media, scratch, note: (text) => note('log', text) }, deadline.signal)
  try {
    const end = await slots.run(
      { runId: run.id, route, message, lang, attempt: run.attempt, taskNumber: run.number },
      callsOf(run, lang, engine, deadline, files),
      deadline.signal,
      engine.graceMs,
    )
    return attemptOf(end, run, entry, lang, deadline)
  } finally {
    await files.end().catch((error: unknown) => {
      engine.log.warn({ taskId: run.id, error: String(error) }, 'a scratch folder could not be removed')
    })
  }
}

type Note = (kind: 'log' | 'step' | 'said', text: string, ms?: number) => void

function notes(run: Run, engine: Engine): Note {
  return (kind, text, ms) => {
    engine.store.runs
      .note(run.id, [{ at: engine.now(), kind, text, ms, attempt: run.attempt }])
      .catch((error: unknown) => {
        engine.log.warn({ taskId: run.id, error: String(error) }, 'a timeline line was lost')
      })
  }
}

function attemptOf(end: HostEnd, run: Run, entry: CommandEntry, lang: Lang, deadline: Deadline): Attempt {
  if (deadline.cause === 'cancelled') return { state: 'cancelled' }
  // An answer that was ready counts, also when its time ran out at the same moment.
  if (end.state === 'done') return { state: 'done', say: end.parts }
  if (end.state === 'waits') return { state: 'waits', waits: end.waits }
  if (deadline.cause === 'shutdown') return { state: 'interrupted' }
  if (deadline.cause === 'timeout') {
    const seconds = Math.round(entry.timeoutMs / 100) / 10
    return {
      state: 'failed',
      isFinal: true,
      why: `timed out after ${seconds} s`,
      say: textIn(lang, sentences.timedOut(run.number, seconds)),
    }
  }
  if (end.state === 'refused')
    return {
      state: 'refused',
      why: end.reason ?? 'the arguments do not fit',
      say: [{ kind: 'text', text: end.why }],
    }
  if (end.state === 'failed') return { state: 'failed', isFinal: end.retry === 'never', why: end.stack ?? end.message }
  if (end.why === 'out-of-memory') {
    return { state: 'failed', isFinal: true, why: end.message, say: textIn(lang, sentences.outOfMemory(run.number)) }
  }
  return { state: 'failed', isFinal: false, why: end.message }
}

function callsOf(run: Run, lang: Lang, engine: Engine, deadline: Deadline, files: RunFiles): HostCalls {
  const { runs, steps } = engine.store
  let shownAt = 0
  const note = notes(run, engine)
  const progress = (percent: number | undefined, text: string | undefined): void => {
    const now = engine.now()
    if (now - shownAt < PROGRESS_EVERY_MS && (percent ?? 0) < 100) return
    shownAt = now
    runs.progress(run.id, run.epoch, { percent, text }, now).then(
      () => engine.changed(run.id),
      (error: unknown) => engine.log.warn({ taskId: run.id, error: String(error) }, 'progress was lost'),
    )
  }
  const asking: AskOptions = {
    run,
    lang,
    signal: deadline.signal,
    onText: (text) => progress(undefined, text.slice(-SHOWN_CHARS)),
    onCall(call) {
      note('log', callText(call), call.ms)
      engine.log.info({ taskId: run.id, ...call }, 'a model was asked')
    },
  }
  const answerOf = (answer: Promise<string>): Promise<unknown> =>
    answer.then(
      (text) => ({ text }),
      (error: unknown) => {
        if (!(error instanceof LlmError)) throw error
        engine.log.warn({ taskId: run.id, kind: error.kind, error: error.message }, 'no model answered')
        return { sentence: inLang(lang, error.sentence), reason: `no answer of a model: ${error.kind}` }
      },
    )
  return {
    begun: deadline.begin,
    async call(call: HostCall) {
      switch (call.method) {
        case 'say':
          await insist(() =>
            engine.say({ task: run.task, round: run.round, name: `say-${call.name}`, parts: call.parts }),
          )
          note('said', call.name)
          return undefined
        case 'ask':
          return answerOf(engine.chatter.ask(call.messages, asking))
        case 'converse':
          return answerOf(engine.chatter.converse(call.text, asking))
        case 'act':
          return act(call.action, run, lang, engine, deadline.signal)
        case 'file':
          return files.answer(call.order)
        case 'wait':
          return insist(() => waitFor(call.order, run, lang, engine))
        case 'findStep':
          return insist(() => steps.find(run.id, call.name))
        case 'saveStep': {
          const kept = await insist(() => steps.save(run.id, call.name, cleanJson(call.value)))
          note('step', call.name, call.ms)
          return kept
        }
      }
    },
    progress,
    log: (text) => note('log', text.slice(0, 2_000)),
  }
}

/** A call of a model as the timeline shows it. */
function callText({ model, end, inputTokens, outputTokens, isEstimated, cost }: LlmCall): string {
  const tokens =
    inputTokens === undefined ? '' : `, ${inputTokens} + ${outputTokens} tokens${isEstimated ? ' (estimated)' : ''}`
  return `${model}: ${end}${tokens}${cost === undefined ? '' : `, cost ${cost.toFixed(6)}`}`
}
