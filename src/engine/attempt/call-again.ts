import type { CallAgain } from '../compensation/ports.ts'
import type { Languages } from '../people/languages.ts'
import type { Versions } from '../steps/versions.ts'
import { callsOf } from './calls/calls.ts'
import { openResources } from './calls/resources.ts'
import { startDeadline } from './deadline.ts'
import type { SlotPorts } from './run-in-slot.ts'

const never = new AbortController().signal

export interface CallAgainPorts extends SlotPorts {
  versions: Versions
  languages: Pick<Languages, 'of'>
}

/**
 * For a command whose effects are to be undone. It runs in a slot of its lane, with the code that the task was done
 * with.
 */
export function openCallAgain(ports: CallAgainPorts): CallAgain {
  return async (run, undoes, limitMs, shutdown) => {
    const { lane, route, message } = run.task
    // What was begun may be bound to a version, which only a later attempt looks for.
    const found = await ports.versions.codeOf({ ...run, fencingToken: run.fencingToken + 1 }, ports.store.steps)
    // The sweeper has it called again.
    if (found.state === 'unknown') return { state: 'interrupted' }
    if (found.state !== 'code')
      return { state: 'gone', why: found.state === 'gone' ? 'its command is gone' : found.why }
    const { version, isOld, pack } = found.code
    const slots = ports.slots(lane, isOld ? pack : undefined)
    if (slots === undefined || route === undefined) throw new Error(`this process has no slots for lane ${lane}`)
    const lang = await ports.languages.of(message)
    const deadline = startDeadline(limitMs, never, shutdown)
    const resources = openResources(run, lang, ports, deadline)
    try {
      const { id: runId, attempt, number: taskNumber } = run
      const order = { runId, route, message, lang, attempt, taskNumber, version, undoes: [...undoes] }
      const end = await slots.run(order, callsOf(run, lang, ports, deadline, resources), deadline.signal, ports.graceMs)
      if (end.state === 'done') return { state: 'done' }
      if (end.state === 'parked' || deadline.cause === 'shutdown') return { state: 'interrupted' }
      return { state: 'failed', why: end.state === 'failed' || end.state === 'killed' ? end.message : end.state }
    } finally {
      deadline.clear()
      await resources.end()
    }
  }
}
