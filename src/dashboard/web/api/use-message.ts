import { useText } from '../text/text.tsx'
import { ApiError } from './http.ts'

/** The sentence to show for a fault: ours for what is known, else the server's own. */
export function useMessage(): (error: unknown) => string {
  const { text } = useText()
  const known: Readonly<Record<string, string>> = text.faults
  return (error) => {
    if (error instanceof ApiError && error.status === 0) return text.errors.unreachable
    if (error instanceof ApiError) return known[error.code] ?? error.message
    return error instanceof Error ? error.message : String(error)
  }
}
