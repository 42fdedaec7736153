import { textIn } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import type { OrderingKeys } from '../../store/ordering-keys.ts'
import type { Store } from '../../store/store.ts'
import { mayCompensate, mayCompensateNow, notePending } from '../compensation/pending.ts'
import { conversationOf } from '../llm/converse.ts'
import { keepQuestion, saidId } from '../llm/said.ts'
import { mayReplace } from './last-word.ts'
import { sentences } from './sentences.ts'
import { CANCEL_TOPIC, type TaskControlPorts } from './task-control.ts'

/** So many are interrupted at once; there are never more than those of a few moments. */
const MOST = 200

export interface InterruptPorts extends Pick<TaskControlPorts, 'say' | 'languages' | 'changed' | 'now' | 'log'> {
  store: Pick<Store, 'runs' | 'steps' | 'settings' | 'signals' | 'conversations'> & {
    orderingKeys: Pick<OrderingKeys, 'list'>
  }
  /** Who shares a conversation in a group. */
  memory: 'person' | 'chat'
  /** What a model has called for a task is not wanted any more. */
  endCalled(run: Run, by: string): Promise<void>
  /** Has a task that was put off begin as soon as it may. */
  promote(lane: string, taskId: string): Promise<void>
}

/** Has a task take the place of all that stand before it under its ordering key. */
export type Interrupt = (newer: Run) => Promise<void>

/**
 * Those before it end as cancelled, wherever they run, and their questions stay in the conversation's memory without an
 * answer. Safe to repeat: whoever dies in the middle is followed by the worker that takes the newer one up.
 */
export function openInterrupt(ports: InterruptPorts): Interrupt {
  const { store, say, languages, memory, endCalled, promote, changed, now, log } = ports

  async function replace(older: Run, newer: Run): Promise<void> {
    // About to say its last word: who works at it ends it, or who takes it up when that one died.
    if (!(await mayReplace(older, store))) return
    // Before it ends, so that the newer question never is asked without it; answered meanwhile, it stands there
    // already.
    const { message, route } = older.task
    const text = route?.rest ?? message.text
    const conversation = conversationOf(message.from, older.owner, memory)
    await keepQuestion(store.conversations, conversation, saidId(older, text), { role: 'user', text })
    const why = `被 #${newer.number} 取代 (replaced by #${newer.number})`
    if (mayCompensate(older)) await notePending(older, store, now())
    const was = await store.runs.cancel(older.id, why, newer.owner, now())
    if (was === undefined) return
    // The sweeper has it taken back.
    if (was === 'waiting' && mayCompensate(older)) await mayCompensateNow(older, store, now())
    await store.signals.publish(CANCEL_TOPIC, { id: older.id })
    changed(older.id)
    log.info({ taskId: older.id, by: newer.id, was }, 'task replaced by a newer one')
    await endCalled(older, newer.owner)
    // One that had not begun yet nobody was waiting for: its job comes, finds that out and is gone.
    if (was === 'waiting' && older.waits === undefined) return promote(older.task.lane, older.id)
    const lang = await languages.of(older.task.message)
    const parts = textIn(lang, sentences.replaced(older.number, newer.number))
    await say({ task: older.task, generation: older.generation, name: 'replaced', parts })
  }

  return async (newer) => {
    const { orderingKey } = newer.task
    if (orderingKey === undefined) return
    const standing = await store.orderingKeys.list(orderingKey, MOST)
    const place = standing.findIndex(({ id }) => id === newer.id)
    for (const older of standing.slice(0, Math.max(0, place))) await replace(older, newer)
  }
}
