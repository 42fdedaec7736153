import { commandText } from '../../core/command/entries.ts'
import { insist } from '../../core/insist.ts'
import type { Log } from '../../core/log.ts'
import { textIn } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import type { Route } from '../../core/task/task.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { Runs, Steps } from '../../store/store.ts'
import { type Code, TOLD_STEP, type Versions } from '../steps/versions.ts'
import { type Attempt, refuse } from './attempt.ts'
import { sentences } from './sentences.ts'

export interface FindCodePorts {
  store: { runs: Pick<Runs, 'note'>; steps: Steps }
  versions: Pick<Versions, 'codeOf'>
  now(): number
  log: Log
}

/** With which version of its command the run goes on, or how it ends where there is none. */
export async function findCode(run: Run, route: Route, lang: Lang, ports: FindCodePorts): Promise<Code | Attempt> {
  const found = await ports.versions.codeOf(run, ports.store.steps)
  if (found.state === 'gone') {
    const command = commandText(route.scene, route.command)
    return refuse(`${command} is gone`, sentences.gone(command), lang)
  }
  if (found.state === 'stopped') {
    return { state: 'failed', isFinal: true, why: found.why, say: textIn(lang, found.say) }
  }
  if (found.code.said !== undefined) await noteChange(run, found.code.said, ports)
  return found.code
}

/** Once, however often it goes on so. */
async function noteChange(run: Run, text: string, { store, now, log }: FindCodePorts): Promise<void> {
  const step = `${TOLD_STEP}${run.round}:${text}`
  if ((await insist(() => store.steps.find(run.id, step))) !== undefined) return
  await insist(() => store.steps.save(run.id, step, true))
  log.info({ taskId: run.id, code: text }, 'a scene has changed under a task')
  await insist(() => store.runs.note(run.id, [{ at: now(), kind: 'log', text, attempt: run.attempt }]))
}
