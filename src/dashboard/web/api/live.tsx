import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { Overview, TaskSummary } from '../../api/shapes.ts'
import { backoffMs } from './backoff.ts'
import { liveCache } from './live-cache.ts'
import { useSession } from './session.tsx'

export type LiveState = 'connecting' | 'live' | 'lost'

interface LiveContext {
  state: LiveState
  /** Hears of every task whose state or progress changes; returns how to stop. */
  onTask(listener: (task: TaskSummary) => void): () => void
}

const context = createContext<LiveContext | undefined>(undefined)

/**
 * Holds the one event stream of the app, connects again by itself, and puts what it tells into what is known of the
 * server.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { check } = useSession()
  const client = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  const listeners = useRef(new Set<(task: TaskSummary) => void>())

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let connectedBefore = false
    const cache = liveCache(client)

    const connect = () => {
      clearTimeout(timer)
      source?.close()
      source = new EventSource('/api/live')
      source.onopen = () => {
        failures = 0
        setState('live')
        if (connectedBefore) cache.resync()
        connectedBefore = true
      }
      source.onerror = () => {
        source?.close()
        source = undefined
        setState('lost')
        void check()
        timer = setTimeout(connect, backoffMs(failures++))
      }
      // Our own server sends these two in the shapes of api/shapes.ts.
      source.addEventListener('overview', (event) => cache.overview(JSON.parse(event.data) as Overview))
      source.addEventListener('task', (event) => {
        const task = JSON.parse(event.data) as TaskSummary
        cache.task(task)
        for (const listener of listeners.current) listener(task)
      })
    }
    const reconnect = () => {
      if (!source && document.visibilityState === 'visible') connect()
    }

    connect()
    window.addEventListener('online', reconnect)
    document.addEventListener('visibilitychange', reconnect)
    return () => {
      clearTimeout(timer)
      source?.close()
      cache.close()
      window.removeEventListener('online', reconnect)
      document.removeEventListener('visibilitychange', reconnect)
    }
  }, [check, client])

  const value = useMemo<LiveContext>(
    () => ({
      state,
      onTask(listener) {
        listeners.current.add(listener)
        return () => listeners.current.delete(listener)
      },
    }),
    [state],
  )
  return <context.Provider value={value}>{children}</context.Provider>
}

export function useLive(): LiveContext {
  const value = useContext(context)
  if (!value) throw new Error('useLive is used outside LiveProvider')
  return value
}
