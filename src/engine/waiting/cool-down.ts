import { chatKey } from '../../core/message/address.ts'
import type { Run } from '../../core/task/run.ts'
import type { WaitingPorts } from './ports.ts'

/**
 * Starts the time in which the task's chat may not have `name` again, and resolves to 0; while another task's runs, to
 * how much of it is left.
 */
export async function coolDown(
  run: Run,
  name: string,
  forMs: number,
  { store, now: clock }: Pick<WaitingPorts, 'store' | 'now'>,
): Promise<number> {
  if (forMs === 0) return 0
  const { message, route } = run.task
  const now = clock()
  const key = `cool-down:${chatKey(message.from)}:${route?.scene}:${name}`
  const holder = await store.settings.claim(key, `${run.id} ${now + forMs}`, now, now + forMs)
  const [taskId, until] = holder.split(' ')
  return taskId === run.id ? 0 : Math.max(1, Number(until) - now)
}
