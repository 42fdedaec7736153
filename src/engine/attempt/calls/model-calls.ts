import type { Log } from '../../../core/log.ts'
import type { LlmCall } from '../../../core/model/llm-call.ts'
import type { Run } from '../../../core/task/run.ts'
import type { ShowDraft } from '../../../core/task/say.ts'
import { inLang, type Lang } from '../../../core/text/lang.ts'
import type { Chatter } from '../../llm/chatter.ts'
import type { AskOptions } from '../../llm/llm.ts'
import { LlmError } from '../../llm/llm-error.ts'
import { TasksPending } from '../../llm/tools/tasks-pending.ts'
import { ANSWER } from '../attempt.ts'
import type { Deadline } from '../deadline.ts'
import type { Handlers } from './door.ts'
import type { AttemptResources } from './resources.ts'

/** How much of an answer that is being written is shown. */
const SHOWN_CHARS = 200

export interface ModelCallPorts {
  chatter: Pick<Chatter, 'ask'>
  draft: ShowDraft
  log: Log
}

/** A command asks models: their answer, the sentence why there is none, or what it waits for. */
export function modelHandlers(
  run: Run,
  lang: Lang,
  { chatter, draft, log }: ModelCallPorts,
  deadline: Deadline,
  { questions, progress, note, warnings }: AttemptResources,
): Pick<Handlers, 'ask' | 'converse'> {
  const asking: AskOptions = {
    run,
    lang,
    signal: deadline.signal,
    onText: (text) => progress.show(undefined, text.slice(-SHOWN_CHARS)),
    onCall(call) {
      note('asked', callText(call), call.ms, call)
      log.info({ taskId: run.id, ...call }, 'a model was asked')
    },
    onWarning: (sentence) => void warnings.push(sentence),
  }
  // What is asked in a conversation is what the person is about to read; what a scene asks for itself is not.
  const conversing: AskOptions = {
    ...asking,
    onText(text) {
      asking.onText?.(text)
      if (run.task.dry === undefined) draft({ task: run.task, generation: run.generation, name: ANSWER, text })
    },
  }
  async function answerOf(answer: Promise<string>): Promise<unknown> {
    try {
      return { text: await answer }
    } catch (error) {
      if (error instanceof TasksPending) return { waits: error.wait }
      if (!(error instanceof LlmError)) throw error
      log.warn({ taskId: run.id, kind: error.kind, error: error.message }, 'no model answered')
      return { sentence: inLang(lang, error.sentence), reason: `no answer of a model: ${error.kind}` }
    }
  }
  return {
    ask: ({ messages }) => answerOf(chatter.ask(messages, asking)),
    converse: ({ text, mayWait }) => answerOf(questions.converse(text, mayWait, conversing)),
  }
}

/** A call of a model in words, for the timeline in chat. */
function callText({ model, end, inputTokens, outputTokens, isEstimated, cost, isSummary }: LlmCall): string {
  const tokens =
    inputTokens === undefined ? '' : `, ${inputTokens} + ${outputTokens} tokens${isEstimated ? ' (estimated)' : ''}`
  return `${isSummary ? 'summary by ' : ''}${model}: ${end}${tokens}${cost === undefined ? '' : `, cost ${cost.toFixed(6)}`}`
}
