import { commandText } from '../../core/command/entries.ts'
import type { Log } from '../../core/log.ts'
import { textIn } from '../../core/message/part.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Run } from '../../core/task/run.ts'
import type { Route } from '../../core/task/task.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { Runs, Steps } from '../../store/store.ts'
import { type Code, TOLD_STEP, type Versions } from '../steps/versions.ts'
import { type Attempt, refuse } from './attempt.ts'
import { sentences } from './sentences.ts'

/** How often a task whose scene may be in a broken file looks whether it was mended. */
const MENDED_EVERY_MS = 20_000

export interface FindCodePorts {
  store: { runs: Pick<Runs, 'note'>; steps: Steps }
  versions: Pick<Versions, 'codeOf'>
  now(): number
  log: Log
}

/** With which version of its command the run goes on, or where there is none how it ends or waits. */
export async function findCode(run: Run, route: Route, lang: Lang, ports: FindCodePorts): Promise<Code | Attempt> {
  const found = await ports.versions.codeOf(run, ports.store.steps)
  if (found.state === 'gone') {
    const command = commandText(route.scene, route.command)
    return refuse(`${command} is gone`, sentences.gone(command), lang)
  }
  if (found.state === 'unknown') return waitForScene(run, found.why, ports)
  if (found.state === 'stopped') {
    return { state: 'failed', isFinal: true, why: found.why, say: textIn(lang, found.say) }
  }
  if (found.code.said !== undefined) await noteOnce(run, found.code.said, 'a scene has changed under a task', ports)
  return found.code
}

/** It waits as one that sleeps does, so that it holds nobody back. Those of one file do not all come back at once. */
async function waitForScene(run: Run, why: string, ports: FindCodePorts): Promise<Attempt> {
  await noteOnce(run, why, 'a task waits for its scene', ports)
  const untilMs = ports.now() + Math.round(MENDED_EVERY_MS * (1 + Math.random() / 2))
  return { state: 'waits', waits: [{ kind: 'sleep', name: 'scene:mended', untilMs }], isQuiet: true }
}

/** Once, however often it goes on so. */
async function noteOnce(run: Run, text: string, line: string, { store, now, log }: FindCodePorts): Promise<void> {
  const step = `${TOLD_STEP}${run.generation}:${text}`
  if ((await retryWhileUnavailable(() => store.steps.find(run.id, step))) !== undefined) return
  await retryWhileUnavailable(() => store.steps.save(run.id, step, true))
  log.info({ taskId: run.id, code: text }, line)
  await retryWhileUnavailable(() => store.runs.note(run.id, [{ at: now(), kind: 'log', text, attempt: run.attempt }]))
}
