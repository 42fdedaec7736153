import { setTimeout as wait } from 'node:timers/promises'
import { AppError, UnavailableError, UnsureError } from '../../../core/errors.ts'
import type { Log } from '../../../core/log.ts'
import type { Address } from '../../../core/message/address.ts'
import type { ChatAction } from '../../../core/message/chat-action.ts'
import type { Run } from '../../../core/task/run.ts'
import { inLang, type Lang } from '../../../core/text/lang.ts'
import type { Runs } from '../../../store/store.ts'
import { sentences } from '../sentences.ts'

export interface ActPorts {
  store: { runs: Pick<Runs, 'note'> }
  /** Does it once. Throws as `Channel.act` does, and RejectedError where the platform lets no bot do such things. */
  act(action: ChatAction, at: Address, signal: AbortSignal): Promise<void>
  now(): number
  log: Log
}

const TRIES = 3
const BETWEEN_MS = 1_000

/**
 * Has it done in the chat that asks, in several tries where one more could help: done twice it is as done once. What
 * cannot be done is answered with a sentence for the person, and the platform's reason for operators.
 */
export async function act(
  action: ChatAction,
  run: Run,
  lang: Lang,
  { act: once, now, store, log }: ActPorts,
  signal: AbortSignal,
): Promise<{ sentence: string; reason: string } | undefined> {
  const note = (text: string) => store.runs.note(run.id, [{ at: now(), kind: 'log', text, attempt: run.attempt }])
  for (let attempt = 1; ; attempt++) {
    try {
      await once(action, run.task.message.from, signal)
      await note(`${action.kind}: done`)
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof AppError)) throw error
      log.warn({ taskId: run.id, action: action.kind, attempt, error: error.message }, 'an action was not done')
      const isAway = error instanceof UnavailableError || error instanceof UnsureError
      if (isAway && attempt < TRIES) {
        await wait(BETWEEN_MS * attempt, undefined, { signal })
        continue
      }
      await note(`${action.kind}: ${error.message}`)
      return { sentence: inLang(lang, isAway ? sentences.actedLater : sentences.notDone), reason: error.message }
    }
  }
}
