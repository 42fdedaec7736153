/** A reservation whose task never comes is forgotten after so long. */
const RESERVED_MS = 60_000

/**
 * One task of a key at a time, without holding a slot for those that wait: they are parked and called in the order they came. What is
 * parked lives in this process; its job comes again by itself when the process is gone.
 */
export interface Parking {
  /** Whether the task may go on; else park it. A task that was called may. */
  enter(key: string, id: string, now: number): boolean
  /** It waits now, and is called when its turn comes. */
  park(key: string, id: string): void
  /** The task has ended: calls the next one. */
  leave(key: string, id: string, now: number): void
}

interface Row {
  running: string | undefined
  /** Called, and not here yet. */
  called: { id: string; until: number } | undefined
  waiting: string[]
}

export function openParking(call: (id: string) => void): Parking {
  const rows = new Map<string, Row>()

  function callNext(key: string, row: Row, now: number): void {
    const next = row.waiting.shift()
    row.called = next === undefined ? undefined : { id: next, until: now + RESERVED_MS }
    if (next !== undefined) call(next)
    else if (row.running === undefined) rows.delete(key)
  }

  return {
    enter(key, id, now) {
      const row = rows.get(key) ?? { running: undefined, called: undefined, waiting: [] }
      rows.set(key, row)
      if (row.running !== undefined) return row.running === id
      const isReserved = row.called !== undefined && row.called.until > now && row.called.id !== id
      if (isReserved) return false
      row.called = undefined
      row.running = id
      row.waiting = row.waiting.filter((other) => other !== id)
      return true
    },
    park(key, id) {
      const row = rows.get(key)
      // Its turn came while it was put aside.
      if (row === undefined || (row.running === undefined && row.called === undefined)) return call(id)
      if (!row.waiting.includes(id)) row.waiting.push(id)
    },
    leave(key, id, now) {
      const row = rows.get(key)
      if (row === undefined || row.running !== id) return
      row.running = undefined
      callNext(key, row, now)
    },
  }
}
