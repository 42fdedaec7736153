import type { Log } from '../../../core/log.ts'
import type { Part } from '../../../core/message/part.ts'
import type { Run } from '../../../core/task/run.ts'
import type { Lang } from '../../../core/text/lang.ts'
import { whyOf } from '../../../core/text/why.ts'
import type { Runs, Steps } from '../../../store/store.ts'
import type { Chatter } from '../../llm/chatter.ts'
import type { AskOptions } from '../../llm/llm.ts'
import { type PicturePorts, picturesOf, withPictureWords } from '../../llm/pictures.ts'
import { openToolbox } from '../../llm/tools/kept-toolbox.ts'
import { questionKey } from '../../llm/tools/names.ts'
import type { ToolSource } from '../../llm/tools/toolbox.ts'
import type { Deadline } from '../deadline.ts'

export interface QuestionPorts {
  store: { runs: Pick<Runs, 'note'>; steps: Steps }
  chatter: Pick<Chatter, 'converse'>
  /** What models that answer may call. */
  tools: readonly ToolSource[]
  pictures: PicturePorts
  changed(taskId: string): void
  now(): number
  log: Log
}

/** What one attempt at a task asks models in its conversation: with its pictures, and with tools. */
export interface Questions {
  /** Throws LlmError, TasksPending where it may wait, or the signal's reason. */
  converse(text: string, mayWait: boolean, options: AskOptions): Promise<string>
  /** Files and pictures that tools made on the way. */
  attached(): readonly Part[]
}

export function openQuestions(run: Run, lang: Lang, ports: QuestionPorts, deadline: Deadline): Questions {
  const asked = new Map<string, number>()
  const attached: Part[] = []

  /**
   * By its words, and its place among those of the same words: a step may spare the next attempt an earlier question.
   */
  function keyOf(text: string): string {
    const place = (asked.get(text) ?? 0) + 1
    asked.set(text, place)
    return questionKey(run.generation, text, place)
  }

  return {
    async converse(text, mayWait, options) {
      const tools = openToolbox(keyOf(text), {
        run,
        lang,
        sources: run.task.dry?.tools === false ? [] : ports.tools,
        steps: ports.store.steps,
        signal: deadline.signal,
        mayWait,
        isGivenUp: () => deadline.cause !== 'shutdown',
        note({ text: what, ms, child }) {
          const event = { at: ports.now(), kind: 'tool' as const, text: what, ms, child, attempt: run.attempt }
          ports.store.runs.note(run.id, [event]).catch((error: unknown) => {
            ports.log.warn({ taskId: run.id, error: whyOf(error) }, 'a timeline line was lost')
          })
          ports.log.info({ taskId: run.id, childId: child?.id, ms }, 'a model called a tool')
          ports.changed(run.id)
        },
        attach: (parts) => void attached.push(...parts),
        now: ports.now,
      })
      const pictures = await picturesOf(run.task.message, lang, ports.pictures, deadline.signal)
      return ports.chatter.converse(withPictureWords(text, pictures), { ...options, tools, pictures })
    },
    attached: () => attached,
  }
}
