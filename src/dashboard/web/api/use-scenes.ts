import { useEffect, useState } from 'react'
import type { SceneList } from '../../api/shapes.ts'
import { call } from './http.ts'

type Scenes = SceneList['scenes']

/** The scenes, for hints; empty until they are there, and when they cannot be had. */
export function useScenes(): Scenes {
  const [scenes, setScenes] = useState<Scenes>([])
  useEffect(() => {
    const controller = new AbortController()
    call<SceneList>('/api/scenes', controller.signal).then(
      (list) => setScenes(list.scenes),
      () => undefined,
    )
    return () => controller.abort()
  }, [])
  return scenes
}
