import { useQuery } from '@tanstack/react-query'
import type { Overview } from '../../api/shapes.ts'
import { overviewQuery } from './queries.ts'

/** The front page in numbers; undefined until the stream has told it. */
export function useOverview(): Overview | undefined {
  return useQuery(overviewQuery).data
}
