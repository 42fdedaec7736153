import { askerOf } from '../core/message/message.ts'
import type { Task } from '../core/task/task.ts'
import type { Bilingual } from '../core/text/lang.ts'
import type { Runs } from '../store/store.ts'

export interface NoticePorts {
  runs: Pick<Runs, 'create'>
  /** How many that wait in its lane begin before it. */
  ahead(task: Task): Promise<number>
  now(): number
}

/**
 * Makes the record of a long task, before the task itself is stored: so it has a number that can be named at once,
 * looked at and cancelled. Returns the notice to its person; undefined for a twin, whose person has had it.
 */
export async function noticeOf(task: Task, { runs, ahead, now }: NoticePorts): Promise<Bilingual | undefined> {
  const { message } = task
  const owner = askerOf(message)
  const at = now()
  const before = await ahead(task)
  const events = [
    { at: message.receivedAt, kind: 'received' as const },
    { at, kind: 'noticed' as const, text: `${before} ahead` },
  ]
  const { created, run } = await runs.create({ id: task.id, task, owner, events }, at)
  return created ? noticeText(run.number, before) : undefined
}

function noticeText(number: number, ahead: number): Bilingual {
  const place =
    ahead === 0 ? { zh: '排在最前', en: 'next in line' } : { zh: `前面还有 ${ahead} 个`, en: `${ahead} ahead of it` }
  return {
    zh: `已收到 #${number}，${place.zh}。要停止请发 cancel ${number}`,
    en: `Got it: #${number}, ${place.en}. To stop it, send "cancel ${number}".`,
  }
}
