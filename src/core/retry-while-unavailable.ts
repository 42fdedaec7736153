import { StoreUnavailableError } from './errors.ts'

const EVERY_MS = 250
/** An outage that is sat out. */
const OUTAGE_MS = 30_000

/**
 * Tries again while the store is away, for 30 s at most: for what has been done already and would be done a second time
 * if the word about it were lost. `work` must bear being done twice for as long as `mayRepeat` says so.
 */
export async function retryWhileUnavailable<T>(
  work: () => Promise<T>,
  mayRepeat: () => boolean = () => true,
): Promise<T> {
  const deadline = performance.now() + OUTAGE_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || performance.now() > deadline || !mayRepeat()) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}
