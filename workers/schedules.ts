import type { Log } from '../src/core/log.ts'
import { whyOf } from '../src/core/text/why.ts'
import { type ConfiguredSchedule, keepConfigured } from '../src/engine/schedules/configured.ts'
import { type LookPorts, lookAtSchedule } from '../src/engine/schedules/look.ts'

const EVERY_MS = 1_000
const AT_ONCE = 100

export interface ClockPorts extends LookPorts {
  /** What the config file has. */
  configured: readonly ConfiguredSchedule[]
  log: Log
}

/**
 * Looks at the schedules whose time has come, in every process that works: which of them decides is settled in the
 * store, so that none of them is missed when a process dies. First it brings those of the config file into the store.
 * Returns how to stop it.
 */
export function startSchedules(ports: ClockPorts): () => Promise<void> {
  const { store, configured, now, log } = ports
  let isKept = false
  let isStopped = false
  let looking = false

  async function look(): Promise<void> {
    if (!isKept) await keepConfigured(configured, store.schedules, now())
    isKept = true
    const due = await store.schedules.due(now(), AT_ONCE)
    // Side by side: one whose look fails holds up no other.
    const looks = await Promise.allSettled(due.map((schedule) => lookAtSchedule(schedule, ports)))
    for (const [place, one] of looks.entries()) {
      if (one.status === 'fulfilled') continue
      log.warn({ scheduleId: due[place]?.id, error: whyOf(one.reason) }, 'a schedule will be looked at again')
    }
  }

  let tick: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    if (looking || isStopped) return
    looking = true
    tick = look()
      .catch((error: unknown) => log.warn({ error: whyOf(error) }, 'schedules will be looked at again'))
      .finally(() => {
        looking = false
      })
  }, EVERY_MS)

  return async () => {
    isStopped = true
    clearInterval(timer)
    await tick
  }
}
