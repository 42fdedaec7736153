import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { Overview, TaskSummary } from '../../api/shapes.ts'
import { backoffMs } from './backoff.ts'
import { useSession } from './session.tsx'

export type LiveState = 'connecting' | 'live' | 'lost'

interface LiveContext {
  state: LiveState
  overview: Overview | undefined
  /** Grows by one with every connection after the first: what was loaded before may have missed changes. */
  resyncs: number
  /** Hears of every task whose state or progress changes; returns how to stop. */
  onTask(listener: (task: TaskSummary) => void): () => void
}

const context = createContext<LiveContext | undefined>(undefined)

/** Holds the one event stream of the app and connects again by itself. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { check } = useSession()
  const [state, setState] = useState<LiveState>('connecting')
  const [overview, setOverview] = useState<Overview>()
  const [resyncs, setResyncs] = useState(0)
  const listeners = useRef(new Set<(task: TaskSummary) => void>())

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let connectedBefore = false

    const connect = () => {
      clearTimeout(timer)
      source?.close()
      source = new EventSource('/api/live')
      source.onopen = () => {
        failures = 0
        setState('live')
        if (connectedBefore) setResyncs((count) => count + 1)
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
      source.addEventListener('overview', (event) => setOverview(JSON.parse(event.data) as Overview))
      source.addEventListener('task', (event) => {
        const task = JSON.parse(event.data) as TaskSummary
        for (const listener of listeners.current) listener(task)
      })
    }
    const promote = () => {
      if (!source && document.visibilityState === 'visible') connect()
    }

    connect()
    window.addEventListener('online', promote)
    document.addEventListener('visibilitychange', promote)
    return () => {
      clearTimeout(timer)
      source?.close()
      window.removeEventListener('online', promote)
      document.removeEventListener('visibilitychange', promote)
    }
  }, [check])

  const value = useMemo<LiveContext>(
    () => ({
      state,
      overview,
      resyncs,
      onTask(listener) {
        listeners.current.add(listener)
        return () => listeners.current.delete(listener)
      },
    }),
    [state, overview, resyncs],
  )
  return <context.Provider value={value}>{children}</context.Provider>
}

export function useLive(): LiveContext {
  const value = useContext(context)
  if (!value) throw new Error('useLive is used outside LiveProvider')
  return value
}
