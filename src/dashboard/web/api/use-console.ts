import { useDebouncedValue } from '@mantine/hooks'
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import type { ConsoleChat } from '../../api/console/shapes.ts'
import type { TaskDetail, TaskSummary } from '../../api/shapes.ts'
import { type ConsoleLink, chatKey, connectConsole, type LinkState, type Saying } from './console-link.ts'
import {
  type ConsoleAction,
  type ConsoleState,
  emptyConsole,
  type Pending,
  reduceConsole,
  taskOf,
} from './console-state.ts'
import { useLive } from './live.tsx'
import { newId } from './new-id.ts'
import { earlierTasksQuery, taskQuery } from './queries.ts'
import { useSession } from './session.tsx'
import { actionOf } from './task-state.ts'

/** How many of the latest bubbles' tasks are looked up. */
const LOOK_BACK = 20
const LOOK_AFTER_MS = 700
const LOOK_AGAIN_MS = 5000
const SETTLE_MS = 4000

export interface Console extends ConsoleState {
  link: LinkState
  show(chat: ConsoleChat): void
  say(chat: ConsoleChat, person: { id: string; name: string }, parts: Saying['parts']): void
  sayAgain(pending: Pending): void
  dismiss(id: string): void
}

/**
 * The console's socket and what came through it. This is a stream and no answer to a question: bubbles in their order,
 * drafts that grow, and what is being said and has no place in it yet. Nothing could be read again by a key, so it is
 * kept by a reducer (console-state.ts). What is asked for besides, tasks, goes through the queries.
 */
export function useConsole(): Console {
  const { check } = useSession()
  const { onTask } = useLive()
  const [link, setLink] = useState<LinkState>('connecting')
  const [state, dispatch] = useReducer(reduceConsole, emptyConsole)
  const linkRef = useRef<ConsoleLink>(undefined)

  useEffect(() => {
    const connection = connectConsole({
      frame: (frame) => dispatch({ kind: 'frame', frame }),
      state: (next) => {
        setLink(next)
        if (next === 'lost') void check()
      },
    })
    linkRef.current = connection
    return () => connection.close()
  }, [check])

  useEffect(() => onTask((task) => dispatch({ kind: 'task', task })), [onTask])
  const [shown, setShown] = useState<ConsoleChat>()
  useTasksOf(state, shown?.channel ?? '', dispatch)
  useEarlierTasks(shown?.simulated && shown.channel, dispatch)
  useSettling(state, dispatch)

  const show = useCallback((chat: ConsoleChat) => {
    setShown(chat)
    dispatch({ kind: 'show', key: chatKey(chat.channel, chat.chat) })
    linkRef.current?.open(chat.channel, chat.chat)
  }, [])

  const transmit = (saying: Saying, name: string) => {
    dispatch({ kind: 'say', saying, name, at: Date.now() })
    linkRef.current?.say(saying)
  }

  return {
    ...state,
    link,
    show,
    say(chat, person, parts) {
      const { channel, chat: chatId } = chat
      transmit({ kind: 'say', id: newId('say'), channel, chat: chatId, person: person.id, parts }, person.name)
    },
    // Under a new id: the refused one was answered.
    sayAgain(pending) {
      dispatch({ kind: 'dismiss', id: pending.saying.id })
      transmit({ ...pending.saying, id: newId('say') }, pending.name)
    },
    dismiss: (id) => dispatch({ kind: 'dismiss', id }),
  }
}

/**
 * The stream tells of changes only: what became of tasks said earlier is asked for, and what goes on is looked at now
 * and then.
 */
function useTasksOf(state: ConsoleState, channel: string, dispatch: (action: ConsoleAction) => void): void {
  const bubbles = state.shown ? state.bubbles[state.shown] : undefined
  const wanted = (bubbles ?? [])
    .slice(-LOOK_BACK)
    .flatMap((bubble) => {
      if (bubble.from.kind !== 'person') return []
      const task = taskOf(bubble, channel, state.tasks)
      const taskId = bubble.taskId ?? task?.id
      return taskId && isOpen(task) ? [taskId] : []
    })
    .join(' ')

  // Not at once: of a task that has just begun the stream is about to tell.
  const [asked] = useDebouncedValue(wanted, LOOK_AFTER_MS)
  const tasks = useQueries({
    queries: asked === '' ? [] : asked.split(' ').map(openTaskQuery),
    combine: dataOf,
  })
  useEffect(() => {
    for (const task of tasks) dispatch({ kind: 'task', task })
  }, [tasks, dispatch])
}

/** One that is kept no longer has no card, and is not asked for again. */
function openTaskQuery(id: string) {
  return queryOptions({
    ...taskQuery(id),
    refetchInterval: ({ state: { status } }) => (status === 'error' ? false : LOOK_AGAIN_MS),
  })
}

function dataOf(results: readonly { data: TaskDetail | undefined }[]): TaskDetail[] {
  return results.flatMap(({ data }) => data ?? [])
}

/** Bubbles of a simulated platform do not say which task they became, so its latest are looked up once. */
function useEarlierTasks(channel: string | undefined, dispatch: (action: ConsoleAction) => void): void {
  const { data } = useQuery(earlierTasksQuery(channel))
  useEffect(() => {
    if (data) dispatch({ kind: 'tasks', tasks: data })
  }, [data, dispatch])
}

/**
 * A task that has ended without the answer that grew (its scene said something else) takes the draft along, after time
 * for the answer to come.
 */
function useSettling({ drafts, tasks }: ConsoleState, dispatch: (action: { kind: 'settled'; taskId: string }) => void) {
  const ended = Object.values(drafts)
    .flat()
    .flatMap(({ taskId }) => (tasks[taskId] && !isOpen(tasks[taskId]) ? [taskId] : []))
    .join(' ')
  useEffect(() => {
    if (ended === '') return
    const timer = setTimeout(() => {
      for (const taskId of ended.split(' ')) dispatch({ kind: 'settled', taskId })
    }, SETTLE_MS)
    return () => clearTimeout(timer)
  }, [ended, dispatch])
}

function isOpen(task: TaskSummary | undefined): boolean {
  return task === undefined || actionOf(task) === 'cancel'
}
