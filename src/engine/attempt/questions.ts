import type { Part } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import type { Lang } from '../../core/text/lang.ts'
import { whyOf } from '../../core/text/why.ts'
import type { AskOptions } from '../llm/llm.ts'
import { picturesOf, withPictureWords } from '../llm/pictures.ts'
import { openToolbox } from '../llm/tools/kept-toolbox.ts'
import { questionKey } from '../llm/tools/names.ts'
import type { Deadline } from './deadline.ts'
import type { Engine } from './engine.ts'

/** What one attempt at a task asks models in its conversation: with its pictures, and with tools. */
export interface Questions {
  /** Throws LlmError, TasksPending where it may wait, or the signal's reason. */
  converse(text: string, mayWait: boolean, options: AskOptions): Promise<string>
  /** Files and pictures that tools made on the way. */
  attached(): readonly Part[]
}

export function openQuestions(run: Run, lang: Lang, engine: Engine, deadline: Deadline): Questions {
  const asked = new Map<string, number>()
  const attached: Part[] = []

  /** By its words, and its place among those of the same words: a step may spare the next attempt an earlier question. */
  function keyOf(text: string): string {
    const place = (asked.get(text) ?? 0) + 1
    asked.set(text, place)
    return questionKey(run.round, text, place)
  }

  return {
    async converse(text, mayWait, options) {
      const tools = openToolbox(keyOf(text), {
        run,
        lang,
        sources: run.task.dry?.tools === false ? [] : engine.tools,
        steps: engine.store.steps,
        signal: deadline.signal,
        mayWait,
        isGivenUp: () => deadline.cause !== 'shutdown',
        note({ text: what, ms, child }) {
          const hop = { at: engine.now(), kind: 'tool' as const, text: what, ms, child, attempt: run.attempt }
          engine.store.runs.note(run.id, [hop]).catch((error: unknown) => {
            engine.log.warn({ taskId: run.id, error: whyOf(error) }, 'a timeline line was lost')
          })
          engine.log.info({ taskId: run.id, childId: child?.id, ms }, 'a model called a tool')
          engine.changed(run.id)
        },
        attach: (parts) => void attached.push(...parts),
        now: engine.now,
      })
      const pictures = await picturesOf(run.task.message, lang, engine.pictures, deadline.signal)
      return engine.chatter.converse(withPictureWords(text, pictures), { ...options, tools, pictures })
    },
    attached: () => attached,
  }
}
