import type { CallAgain } from '../compensation/ports.ts'
import { callsOf, openOwn } from './calls.ts'
import { startDeadline } from './deadline.ts'
import type { Engine } from './engine.ts'

const never = new AbortController().signal

/** For a command whose effects are to be undone. It runs in a slot of its lane, with the code that the task was done with. */
export function openCallAgain(engine: Engine): CallAgain {
  return async (run, undoes, limitMs, shutdown) => {
    const { lane, route, message } = run.task
    // What was begun may be bound to a version, which only a later attempt looks for.
    const found = await engine.versions.codeOf({ ...run, epoch: run.epoch + 1 }, engine.store.steps)
    if (found.state !== 'code')
      return { state: 'gone', why: found.state === 'gone' ? 'its command is gone' : found.why }
    const { version, isOld, pack } = found.code
    const slots = engine.slots(lane, isOld ? pack : undefined)
    if (slots === undefined || route === undefined) throw new Error(`this process has no slots for lane ${lane}`)
    const lang = await engine.languages.of(message)
    const deadline = startDeadline(limitMs, never, shutdown)
    const own = openOwn(run, lang, engine, deadline)
    try {
      const { id: runId, attempt, number: taskNumber } = run
      const order = { runId, route, message, lang, attempt, taskNumber, version, undoes: [...undoes] }
      const end = await slots.run(order, callsOf(run, lang, engine, deadline, own), deadline.signal, engine.graceMs)
      if (end.state === 'done') return { state: 'done' }
      if (end.state === 'parked' || deadline.cause === 'shutdown') return { state: 'interrupted' }
      return { state: 'failed', why: end.state === 'failed' || end.state === 'killed' ? end.message : end.state }
    } finally {
      deadline.clear()
      await own.end()
    }
  }
}
