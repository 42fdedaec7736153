import type { openStore } from '../../src/app/machine/open-store.ts'

/** A moment on the way of a message: before or after the `nth` call of an operation of the store. */
export interface Moment {
  /** As `runs.start` or `outbox.applyVerdict`. */
  operation: string
  when: 'before' | 'after'
  nth: number
  /** Only calls whose arguments hold this text count. */
  of?: string
}

/** A store with which the process kills itself at that moment, as `kill -9` would. */
export function dyingAt({ operation, when, nth, of = '' }: Moment, open: typeof openStore): typeof openStore {
  const [part = '', name = ''] = operation.split('.')
  let calls = 0
  return async (...given) => {
    const opened = await open(...given)
    const room: unknown = Reflect.get(opened.store, part)
    const plain: unknown = typeof room === 'object' && room !== null ? Reflect.get(room, name) : undefined
    if (typeof plain !== 'function') throw new Error(`the store has no ${operation}`)
    const dies = async (...args: unknown[]): Promise<unknown> => {
      if (JSON.stringify(args).includes(of)) calls += 1
      else return plain.apply(room, args)
      const isIt = calls === nth
      if (isIt && when === 'before') process.kill(process.pid, 'SIGKILL')
      const result: unknown = await plain.apply(room, args)
      if (isIt) process.kill(process.pid, 'SIGKILL')
      return result
    }
    // Only this one operation is another, and with the same arguments and results.
    const store = { ...opened.store, [part]: { ...(room as object), [name]: dies } } as typeof opened.store
    return { ...opened, store }
  }
}
