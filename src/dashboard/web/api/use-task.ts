import { useCallback, useEffect, useRef, useState } from 'react'
import type { TaskDetail } from '../../api/shapes.ts'
import { ApiError, call } from './http.ts'
import { useLive } from './live.tsx'
import { actionOf } from './task-actions.ts'

export interface TaskView {
  task: TaskDetail | undefined
  error: Error | undefined
  isMissing: boolean
  reload(): void
}

/** One task with its timeline, read again whenever the live stream says that it changed. */
export function useTask(id: string): TaskView {
  const { onTask, resyncs } = useLive()
  const [task, setTask] = useState<TaskDetail>()
  const [error, setError] = useState<Error>()
  const latest = useRef(0)

  const load = useCallback(async () => {
    const turn = ++latest.current
    try {
      const detail = await call<TaskDetail>(`/api/tasks/${encodeURIComponent(id)}`)
      if (turn !== latest.current) return
      setTask(detail)
      setError(undefined)
    } catch (fault) {
      if (turn === latest.current && fault instanceof Error) setError(fault)
    }
  }, [id])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection means that changes may have been missed
  useEffect(() => {
    setTask((before) => (before?.id === id ? before : undefined))
    setError(undefined)
    void load()
    return () => {
      latest.current++
    }
  }, [load, id, resyncs])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (delayMs: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => void load(), delayMs)
    }
    const stop = onTask((changed) => {
      if (changed.id !== id) return
      setTask((before) => before && { ...before, ...changed })
      soon(250)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [id, load, onTask])

  // Answers go out after the task has ended, and the stream tells of tasks only (and its hints may be lost).
  const isOpen = task !== undefined && (actionOf(task) === 'cancel' || task.deliveries.some(isOnItsWay))
  useEffect(() => {
    if (!isOpen) return
    const timer = setInterval(() => void load(), 3000)
    return () => clearInterval(timer)
  }, [isOpen, load])

  return { task, error, isMissing: error instanceof ApiError && error.status === 404, reload: () => void load() }
}

function isOnItsWay({ state }: TaskDetail['deliveries'][number]): boolean {
  return state === 'queued' || state === 'sending'
}
