import { useQuery } from '@tanstack/react-query'
import type { SceneList } from '../../api/shapes.ts'
import { scenesQuery } from './queries.ts'

const none: SceneList['scenes'] = []

/** The scenes, for hints; empty until they are there, and when they cannot be had. */
export function useScenes(): SceneList['scenes'] {
  return useQuery(scenesQuery).data ?? none
}
