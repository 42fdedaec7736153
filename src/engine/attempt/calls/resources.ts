import type { Log } from '../../../core/log.ts'
import type { LlmCall } from '../../../core/model/llm-call.ts'
import type { Run } from '../../../core/task/run.ts'
import type { Lang } from '../../../core/text/lang.ts'
import { whyOf } from '../../../core/text/why.ts'
import type { Runs } from '../../../store/store.ts'
import type { MediaFiles } from '../../files/media.ts'
import { openRunFiles, type RunFiles } from '../../files/run-files.ts'
import type { Scratch } from '../../files/scratch.ts'
import type { Deadline } from '../deadline.ts'
import { openProgress, type Progress, type ProgressPorts } from './progress.ts'
import { openQuestions, type QuestionPorts, type Questions } from './questions.ts'

/** Writes a line into the timeline of the run, behind the work; a line that is lost is logged. */
export type Note = (kind: 'log' | 'said' | 'asked', text: string, ms?: number, call?: LlmCall) => void

/** What one attempt has beside its store. */
export interface AttemptResources {
  questions: Questions
  files: RunFiles
  progress: Progress
  note: Note
  /** Filled with sentences that its person should read. */
  warnings: string[]
  /** Shows the last progress and removes what lies on the disk. */
  end(): Promise<void>
}

export interface ResourcePorts extends QuestionPorts, ProgressPorts {
  store: QuestionPorts['store'] & ProgressPorts['store'] & { runs: Pick<Runs, 'note'> }
  media: MediaFiles
  scratch: Scratch
}

export function openResources(run: Run, lang: Lang, ports: ResourcePorts, deadline: Deadline): AttemptResources {
  const { media, scratch, log } = ports
  const note = notesOf(run, ports)
  const progress = openProgress(run, ports)
  const filePorts = { media, scratch, note: (text: string) => note('log', text) }
  const files = openRunFiles(run.task.message, lang, filePorts, deadline.signal)
  return {
    questions: openQuestions(run, lang, ports, deadline),
    files,
    progress,
    note,
    warnings: [],
    async end() {
      await progress.end()
      await files.end().catch((error: unknown) => {
        log.warn({ taskId: run.id, error: whyOf(error) }, 'a scratch folder could not be removed')
      })
    },
  }
}

function notesOf(
  run: Run,
  { store, now, log }: { store: { runs: Pick<Runs, 'note'> }; now(): number; log: Log },
): Note {
  return (kind, text, ms, call) => {
    store.runs.note(run.id, [{ at: now(), kind, text, ms, attempt: run.attempt, call }]).catch((error: unknown) => {
      log.warn({ taskId: run.id, error: whyOf(error) }, 'a timeline line was lost')
    })
  }
}
