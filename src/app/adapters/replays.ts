import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import { diffAnswers } from '../../core/task/answer-diff.ts'
import type { Replayed } from '../../core/task/replay.ts'
import { liveStates, newRunOf, type Run } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import { type AcceptPorts, taskOf } from '../../ingress/accept.ts'
import type { StoreSide } from '../store-side.ts'
import type { TalkSide } from '../talk-side.ts'
import { answersOf } from './said-answers.ts'

/** Past messages, run again with the code of now. */
export interface Replays {
  /**
   * Begins a task of its own for the message of an ended one, which stays as it is. It is asked by the same person,
   * under the grants they have now. The same id again is the same task. `builtin`: built-in commands are not replayed,
   * for they act in the name of their person on what is there now.
   */
  begin(run: Run, options: { id: string; by: string; dry?: Task['dry'] }): Promise<Run | 'live' | 'builtin'>
  /** A replay beside the task that it repeats; undefined for any other. */
  compare(run: Run): Promise<Replayed | undefined>
}

export type ReplayPorts = Pick<StoreSide, 'store' | 'tasks' | 'changed' | 'now' | 'log'> & Pick<TalkSide, 'channels'>

export function openReplays(ports: ReplayPorts, accepting: AcceptPorts): Replays {
  const { store, tasks, changed, now, log } = ports

  /**
   * Read anew: the command that its words call today. A model's call has no words, and stays what it was. It has no
   * ordering key: with one it could take the place of what its person asks now.
   */
  async function taskFor({ task, number }: Run, id: string, dry: Task['dry']): Promise<Task> {
    const message = { ...task.message, id, receivedAt: now() }
    const read = await taskOf(message, accepting)
    const isCall = task.route?.given !== undefined && accepting.lanes.has(task.lane)
    const called = isCall ? { route: task.route, lane: task.lane } : {}
    return { ...read, ...called, orderingKey: undefined, replays: { id: task.id, number }, dry }
  }

  return {
    async begin(run, { id, by, dry }) {
      const known = await store.runs.find(id)
      if (known !== undefined) {
        if (known.state === 'waiting') await tasks.add(known.task)
        return known
      }
      if (liveStates.includes(run.state)) return 'live'
      const task = await taskFor(run, id, dry)
      if (task.route?.scene === '') return 'builtin'
      const at = now()
      const how = dry === undefined ? '' : ', dry'
      const made = newRunOf(task)
      const text = `#${run.number}${how}, by ${by}`
      const begun = await store.runs.create({ ...made, events: [...made.events, { at, kind: 'replays', text }] }, at)
      await store.grants.record({ at, by, what: `replay #${run.number} as #${begun.run.number}${how}` })
      // Dying before this leaves it waiting without a job; the sweeper finds it.
      await retryWhileUnavailable(() => tasks.add(task))
      changed(id)
      log.info({ taskId: id, of: run.id, dry: dry !== undefined, by }, 'a message is replayed')
      return begun.run
    },

    async compare(run) {
      const { replays, dry } = run.task
      if (replays === undefined) return undefined
      const of = await store.runs.find(replays.id)
      const isDry = dry !== undefined
      const was = of && { state: of.state, why: of.why }
      if (liveStates.includes(run.state)) return { of: replays, isDry, was }
      const [before, after] = await Promise.all([of ? answersOf(of, ports) : [], answersOf(run, ports)])
      return { of: replays, isDry, was, answers: diffAnswers(before, after) }
    },
  }
}
