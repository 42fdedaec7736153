import { chatKey } from '../core/address.ts'
import type { Run } from '../core/run.ts'
import type { Engine } from './engine.ts'

/** Starts the time in which the task's chat may not have `name` again, and resolves to 0; while another task's runs, to how much of it is left. */
export async function coolDown(run: Run, name: string, forMs: number, engine: Engine): Promise<number> {
  if (forMs === 0) return 0
  const { message, route } = run.task
  const now = engine.now()
  const key = `cool-down:${chatKey(message.from)}:${route?.scene}:${name}`
  const holder = await engine.store.settings.claim(key, `${run.id} ${now + forMs}`, now, now + forMs)
  const [taskId, until] = holder.split(' ')
  return taskId === run.id ? 0 : Math.max(1, Number(until) - now)
}
