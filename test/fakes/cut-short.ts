import { StoreUnavailableError } from '../../src/core/errors.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'

const writes =
  /^(?:save|signal|cancel|reopen|put|remove|set|claim|append|clear|create|change|record|note|publish|add|addAll|start|suspend|release|finish)$/

/** A store as processes see it that may die. */
export interface MortalStore {
  store: EmbeddedStore
  /** Whoever uses it is dead once so many writes are kept, and hears nothing more of it. */
  dieAfter(count: number): void
  isDead(): boolean
  /** The operation of that place, from now on, fails once as one of a store that is away: not done, or done unheard. */
  awayAt(place: number, how: 'undone' | 'unheard'): void
  /** It is there from now on; how many operations there were since. */
  back(): number
  /** The next process begins; whether the one before had died. */
  revive(): boolean
}

export function mortal(store: EmbeddedStore): MortalStore {
  let left = Number.POSITIVE_INFINITY
  let count = 0
  let away: { place: number; how: 'undone' | 'unheard' } | undefined
  const dead = () => new Error('this process is dead')

  function watched(room: object, name: string, work: (...given: unknown[]) => unknown) {
    return async (...given: unknown[]): Promise<unknown> => {
      if (left <= 0) throw dead()
      count += 1
      const how = count === away?.place ? away.how : undefined
      if (how === 'undone') throw new StoreUnavailableError('away')
      const result = await work.apply(room, given)
      if (how === 'unheard') throw new StoreUnavailableError('away')
      if (writes.test(name)) left -= 1
      if (left <= 0) throw dead()
      return result
    }
  }

  function watchedRoom(room: object): object {
    const members = Object.entries(room).map(([name, member]) => [
      name,
      typeof member === 'function' ? watched(room, name, member) : member,
    ])
    return Object.fromEntries(members)
  }

  const rooms = ['runs', 'steps', 'settings', 'grants', 'conversations', 'schedules', 'signals', 'fanOuts', 'counters']
  const entries = Object.entries(store).map(([name, room]) => [name, rooms.includes(name) ? watchedRoom(room) : room])
  return {
    // Every operation keeps its arguments and results.
    store: Object.fromEntries(entries) as EmbeddedStore,
    dieAfter(count) {
      left = count
    },
    isDead: () => left <= 0,
    awayAt(place, how) {
      count = 0
      away = { place, how }
    },
    back() {
      away = undefined
      return count
    },
    revive() {
      const hasDied = left <= 0
      left = Number.POSITIVE_INFINITY
      return hasDied
    },
  }
}
