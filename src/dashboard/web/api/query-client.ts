import { QueryClient } from '@tanstack/react-query'
import { backoffMs } from './backoff.ts'
import { ApiError } from './http.ts'

const MOST_TRIES = 3
/** Read within this, an answer is taken as it is by whoever asks next. */
const FRESH_MS = 2000
/** The server, or a proxy before it, could not be reached, or is just starting. */
const passing = [0, 502, 503, 504]

/** What the browser knows of the server, by key; one for each stay of somebody signed in. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // Browsers call themselves offline without internet, and the server may stand in the same house.
        networkMode: 'always',
        retry: (failures, error) => failures + 1 < MOST_TRIES && isPassing(error),
        retryDelay: backoffMs,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

function isPassing(error: Error): boolean {
  return error instanceof ApiError && passing.includes(error.status)
}
