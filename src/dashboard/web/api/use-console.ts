import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import type { ConsoleChat, TaskDetail } from '../../api/shapes.ts'
import { type ConsoleLink, chatKey, connectConsole, type LinkState, newSayingId, type Saying } from './console-link.ts'
import { type ConsoleState, emptyConsole, type Pending, reduceConsole } from './console-state.ts'
import { call } from './http.ts'
import { useLive } from './live.tsx'
import { useSession } from './session.tsx'
import { actionOf } from './task-actions.ts'

/** How many of the latest bubbles' tasks are looked up when a chat is opened. */
const LOOK_BACK = 20
const LOOK_AGAIN_MS = 5000

export interface Console extends ConsoleState {
  link: LinkState
  show(chat: ConsoleChat): void
  say(chat: ConsoleChat, person: { id: string; name: string }, parts: Saying['parts']): void
  sayAgain(pending: Pending): void
  dismiss(id: string): void
}

/** The console's socket and what came through it. */
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
  useTasksOf(state, dispatch)

  const show = useCallback((chat: ConsoleChat) => {
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
      transmit({ kind: 'say', id: newSayingId(), channel, chat: chatId, person: person.id, parts }, person.name)
    },
    // Under a new id: the refused one was answered.
    sayAgain(pending) {
      dispatch({ kind: 'dismiss', id: pending.saying.id })
      transmit({ ...pending.saying, id: newSayingId() }, pending.name)
    },
    dismiss: (id) => dispatch({ kind: 'dismiss', id }),
  }
}

/** The stream tells of changes only: what became of tasks said earlier is asked for, and what goes on is looked at now and then. */
function useTasksOf(state: ConsoleState, dispatch: (action: { kind: 'task'; task: TaskDetail }) => void): void {
  const asked = useRef(new Set<string>())
  const bubbles = state.shown ? state.bubbles[state.shown] : undefined
  const latest = useMemo(
    () =>
      (bubbles ?? [])
        .slice(-LOOK_BACK)
        .flatMap(({ from, taskId }) => (from.kind === 'person' && taskId ? [taskId] : [])),
    [bubbles],
  )
  const ask = useCallback(
    (id: string) => {
      asked.current.add(id)
      // A task that is kept no longer has no card.
      void call<TaskDetail>(`/api/tasks/${encodeURIComponent(id)}`).then(
        (task) => dispatch({ kind: 'task', task }),
        () => undefined,
      )
    },
    [dispatch],
  )
  useEffect(() => {
    for (const id of latest) if (!state.tasks[id] && !asked.current.has(id)) ask(id)
  }, [latest, state.tasks, ask])

  const live = latest.filter((id) => state.tasks[id] && actionOf(state.tasks[id]) === 'cancel').join(' ')
  useEffect(() => {
    if (live === '') return
    const timer = setInterval(() => live.split(' ').forEach(ask), LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [live, ask])
}
