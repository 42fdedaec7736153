import type { CommandEntry } from '../core/catalog.ts'
import { cleanJson } from '../core/clean.ts'
import { insist } from '../core/insist.ts'
import { inLang, type Lang } from '../core/lang.ts'
import type { LlmCall } from '../core/llm-call.ts'
import type { Part } from '../core/part.ts'
import type { Run } from '../core/run.ts'
import { act } from './act.ts'
import { ANSWER, type Attempt, textIn, withWarnings } from './attempt.ts'
import { coolDown } from './cool-down.ts'
import type { Deadline } from './deadline.ts'
import type { Engine } from './engine.ts'
import { openRunFiles, type RunFiles } from './files/run-files.ts'
import type { HostCalls, HostEnd } from './host/slots.ts'
import type { AskOptions } from './llm/llm.ts'
import { LlmError } from './llm/llm-error.ts'
import { TasksPending } from './llm/tools/tasks-pending.ts'
import type { HostCall } from './protocol.ts'
import { openQuestions, type Questions } from './questions.ts'
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
  const questions = openQuestions(run, lang, engine, deadline)
  const warnings: string[] = []
  try {
    const end = await slots.run(
      { runId: run.id, route, message, lang, attempt: run.attempt, taskNumber: run.number },
      callsOf(run, lang, engine, deadline, { questions, files, warnings }),
      deadline.signal,
      engine.graceMs,
    )
    return withAttached(withWarnings(attemptOf(end, run, entry, lang, deadline), warnings), questions.attached())
  } finally {
    await files.end().catch((error: unknown) => {
      engine.log.warn({ taskId: run.id, error: String(error) }, 'a scratch folder could not be removed')
    })
  }
}

/** What one attempt has beside its store. */
interface Own {
  questions: Questions
  files: RunFiles
  warnings: string[]
}

type Note = (kind: 'log' | 'step' | 'said' | 'asked', text: string, ms?: number, call?: LlmCall) => void

function notes(run: Run, engine: Engine): Note {
  return (kind, text, ms, call) => {
    engine.store.runs
      .note(run.id, [{ at: engine.now(), kind, text, ms, attempt: run.attempt, call }])
      .catch((error: unknown) => {
        engine.log.warn({ taskId: run.id, error: String(error) }, 'a timeline line was lost')
      })
  }
}

/** What tools made goes out with the last word. */
function withAttached(attempt: Attempt, attached: readonly Part[]): Attempt {
  if (attached.length === 0 || (attempt.state !== 'done' && attempt.state !== 'refused')) return attempt
  return { ...attempt, say: [...(attempt.say ?? []), ...attached] }
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
  if (end.state === 'ignored') return { state: 'ignored', why: end.why }
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

function callsOf(
  run: Run,
  lang: Lang,
  engine: Engine,
  deadline: Deadline,
  { questions, files, warnings }: Own,
): HostCalls {
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
      note('asked', callText(call), call.ms, call)
      engine.log.info({ taskId: run.id, ...call }, 'a model was asked')
    },
    onWarning: (sentence) => void warnings.push(sentence),
  }
  // What is asked in a conversation is what the person is about to read; what a scene asks for itself is not.
  const conversing: AskOptions = {
    ...asking,
    onText(text) {
      asking.onText?.(text)
      engine.draft({ task: run.task, round: run.round, name: ANSWER, text })
    },
  }
  const answerOf = (answer: Promise<string>): Promise<unknown> =>
    answer.then(
      (text) => ({ text }),
      (error: unknown) => {
        if (error instanceof TasksPending) return { waits: error.wait }
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
          return answerOf(questions.converse(call.text, call.mayWait, conversing))
        case 'act':
          return act(call.action, run, lang, engine, deadline.signal)
        case 'file':
          return files.answer(call.order)
        case 'wait':
          return insist(() => waitFor(call.order, run, lang, engine))
        case 'coolDown':
          return insist(() => coolDown(run, call.name, call.forMs, engine))
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

/** A call of a model in words, for the timeline in chat. */
function callText({ model, end, inputTokens, outputTokens, isEstimated, cost, isSummary }: LlmCall): string {
  const tokens =
    inputTokens === undefined ? '' : `, ${inputTokens} + ${outputTokens} tokens${isEstimated ? ' (estimated)' : ''}`
  return `${isSummary ? 'summary by ' : ''}${model}: ${end}${tokens}${cost === undefined ? '' : `, cost ${cost.toFixed(6)}`}`
}
