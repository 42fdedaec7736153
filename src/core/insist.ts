import { StoreUnavailableError } from './errors.ts'

const EVERY_MS = 250

/**
 * Tries again while the store is away, for `forMs` at most: for a word about what has happened outside already, and would happen a second
 * time if the word were lost. `work` must bear being done twice.
 */
export async function insist<T>(forMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + forMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || performance.now() > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}
