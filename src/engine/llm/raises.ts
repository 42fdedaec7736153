import { randomUUID } from 'node:crypto'
import { type Measure, type Raise, raiseSchema } from '../../core/model/budget.ts'
import type { Settings } from '../../store/store.ts'

/** What operators have given beyond the budgets. They lie in the store and are gone when their time is over. */
export interface Raises {
  /** Under the same id it is the same raise. */
  put(raise: Raise, id?: string): Promise<void>
  /** Takes back all raises of a measure; how many there were. */
  clear(subject: string, measure: Measure): Promise<number>
  all(): Promise<Raise[]>
  /** By how much this limit is raised now. */
  by(subject: string, measure: Measure): Promise<number>
}

export function openRaises(settings: Pick<Settings, 'set' | 'remove' | 'list'>, now: () => number): Raises {
  const found = async (prefix: string) =>
    (await settings.list(prefix, now())).map(({ name, value }) => ({
      name,
      raise: raiseSchema.parse(JSON.parse(value)),
    }))
  return {
    async put(raise, id = randomUUID()) {
      await settings.set(`${startOf(raise.subject, raise.measure)}${id}`, JSON.stringify(raise), raise.until)
    },
    async clear(subject, measure) {
      const given = await found(startOf(subject, measure))
      for (const { name } of given) await settings.remove(name)
      return given.length
    },
    async all() {
      return (await found(START)).map(({ raise }) => raise)
    },
    async by(subject, measure) {
      const given = await found(startOf(subject, measure))
      return given.reduce((sum, { raise }) => sum + raise.amount, 0)
    },
  }
}

const START = 'llm-raise:'

/** Ids may hold a colon, and one may begin as another does. */
function startOf(subject: string, measure: Measure): string {
  return `${START}${encodeURIComponent(subject.toWellFormed())}:${measure}:`
}
