import { insist } from '../../core/insist.ts'
import type { LlmCall } from '../../core/model/llm-call.ts'
import type { Run } from '../../core/task/run.ts'
import { cleanJson } from '../../core/text/clean.ts'
import { inLang, type Lang } from '../../core/text/lang.ts'
import { noteTakenBack, registeredStep } from '../compensation/pending.ts'
import { openRunFiles, type RunFiles } from '../files/run-files.ts'
import type { HostCall } from '../host/protocol.ts'
import type { HostCalls } from '../host/slots.ts'
import type { AskOptions } from '../llm/llm.ts'
import { LlmError } from '../llm/llm-error.ts'
import { TasksPending } from '../llm/tools/tasks-pending.ts'
import { keptSteps } from '../steps/kept-steps.ts'
import { coolDown } from '../waiting/cool-down.ts'
import { endOfWait, waitFor } from '../waiting/waits.ts'
import { act } from './act.ts'
import { ANSWER } from './attempt.ts'
import type { Deadline } from './deadline.ts'
import { dryAnswer } from './dry.ts'
import type { Engine } from './engine.ts'
import { answersOfParent } from './parent-calls.ts'
import { openQuestions, type Questions } from './questions.ts'

/** How much of an answer that is being written is shown. */
const SHOWN_CHARS = 200
/** Progress is written down at most this often. */
const PROGRESS_EVERY_MS = 300

/** What one attempt has beside its store. */
export interface Own {
  questions: Questions
  files: RunFiles
  /** Filled with sentences that its person should read. */
  warnings: string[]
  /** Removes what lies on the disk. */
  end(): Promise<void>
}

export function openOwn(run: Run, lang: Lang, engine: Engine, deadline: Deadline): Own {
  const { media, scratch } = engine
  const note = notes(run, engine)
  const ports = { media, scratch, note: (text: string) => note('log', text) }
  const files = openRunFiles(run.task.message, lang, ports, deadline.signal)
  return {
    questions: openQuestions(run, lang, engine, deadline),
    files,
    warnings: [],
    async end() {
      await files.end().catch((error: unknown) => {
        engine.log.warn({ taskId: run.id, error: String(error) }, 'a scratch folder could not be removed')
      })
    },
  }
}

type Note = (kind: 'log' | 'said' | 'asked', text: string, ms?: number, call?: LlmCall) => void

function notes(run: Run, engine: Engine): Note {
  return (kind, text, ms, call) => {
    engine.store.runs
      .note(run.id, [{ at: engine.now(), kind, text, ms, attempt: run.attempt, call }])
      .catch((error: unknown) => {
        engine.log.warn({ taskId: run.id, error: String(error) }, 'a timeline line was lost')
      })
  }
}

/** What a command of this run may ask for. */
export function callsOf(
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
      if (run.task.dry === undefined) engine.draft({ task: run.task, round: run.round, name: ANSWER, text })
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
  const parentsAnswer = answersOfParent(run, lang, engine)
  return {
    begun: deadline.begin,
    parking: engine.parking(run.task.lane),
    async call(call: HostCall, ofParent) {
      const dry = dryAnswer(call, run.task, lang)
      if (dry?.note !== undefined) note('log', dry.note)
      if (dry !== undefined) return dry.value
      if (ofParent) return parentsAnswer(call)
      switch (call.method) {
        case 'say':
          await insist(() =>
            engine.say({
              task: run.task,
              round: run.round,
              name: `say-${call.name}`,
              parts: call.parts,
              to: call.to,
            }),
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
          return insist(() =>
            call.onlyKept ? endOfWait(call.order, run, engine) : waitFor(call.order, run, lang, engine),
          )
        case 'onCancel':
          await insist(() => steps.save(run.id, registeredStep(call.name), { timeoutMs: call.timeoutMs }))
          return undefined
        case 'tookBack':
          return noteTakenBack(run, call, engine)
        case 'all':
          return insist(() =>
            call.onlyKept ? engine.fanOut.kept(run, call.order.name) : engine.fanOut.all(run, call.order),
          )
        case 'coolDown':
          return insist(() => coolDown(run, call.name, call.forMs, engine))
        case 'keptSteps':
          return insist(() => keptSteps(run.id, steps))
        case 'findStep':
          return insist(() => steps.find(run.id, call.name))
        case 'saveStep': {
          const hop = { at: engine.now(), kind: 'step', text: call.name, ms: call.ms, attempt: run.attempt } as const
          return insist(() => steps.save(run.id, call.name, cleanJson(call.value), hop))
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
