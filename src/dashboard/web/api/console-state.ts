import type { Bubble, ConsoleDown, DraftBubble } from '../../api/console/shapes.ts'
import type { TaskSummary } from '../../api/shapes.ts'
import { chatKey, type Saying } from './console-link.ts'

/** What was typed here and is not yet seen as a bubble of the chat. */
export interface Pending {
  saying: Saying
  key: string
  name: string
  at: number
  state: 'sending' | 'accepted' | 'refused'
  why?: string
  taskId?: string
}

export interface ConsoleState {
  /** By chat, oldest first. */
  bubbles: Readonly<Record<string, readonly Bubble[]>>
  /** Answers that are still growing, by chat. */
  drafts: Readonly<Record<string, readonly DraftBubble[]>>
  unread: Readonly<Record<string, number>>
  pending: readonly Pending[]
  tasks: Readonly<Record<string, TaskSummary>>
  /** The chat that is looked at. */
  shown: string | undefined
}

export type ConsoleAction =
  | { kind: 'frame'; frame: ConsoleDown }
  | { kind: 'say'; saying: Saying; name: string; at: number }
  | { kind: 'dismiss'; id: string }
  | { kind: 'show'; key: string }
  | { kind: 'task'; task: TaskSummary }
  /** Tasks of earlier: what is known already is newer. */
  | { kind: 'tasks'; tasks: readonly TaskSummary[] }
  /** The task has ended; what it was about to say has come, or never will. */
  | { kind: 'settled'; taskId: string }

export const emptyConsole: ConsoleState = {
  bubbles: {},
  drafts: {},
  unread: {},
  pending: [],
  tasks: {},
  shown: undefined,
}

export function reduceConsole(state: ConsoleState, action: ConsoleAction): ConsoleState {
  switch (action.kind) {
    case 'say': {
      const { saying, name, at } = action
      const key = chatKey(saying.channel, saying.chat)
      const others = state.pending.filter(({ saying: { id } }) => id !== saying.id)
      return { ...state, pending: [...others, { saying, key, name, at, state: 'sending' }] }
    }
    case 'dismiss':
      return { ...state, pending: state.pending.filter(({ saying }) => saying.id !== action.id) }
    case 'show':
      return { ...state, shown: action.key, unread: { ...state.unread, [action.key]: 0 } }
    case 'task': {
      const known = { ...state, tasks: { ...state.tasks, [action.task.id]: action.task } }
      return action.task.state === 'cancelled'
        ? reduceConsole(known, { kind: 'settled', taskId: action.task.id })
        : known
    }
    case 'tasks': {
      const earlier = Object.fromEntries(action.tasks.map((task) => [task.id, task]))
      return { ...state, tasks: { ...earlier, ...state.tasks } }
    }
    case 'settled': {
      const entries = Object.entries(state.drafts)
      const others = entries.map(([key, drafts]) => [key, drafts.filter(({ taskId }) => taskId !== action.taskId)])
      return { ...state, drafts: Object.fromEntries(others) }
    }
    case 'frame':
      return reduceFrame(state, action.frame)
  }
}

function reduceFrame(state: ConsoleState, frame: ConsoleDown): ConsoleState {
  switch (frame.kind) {
    case 'task':
      return reduceConsole(state, { kind: 'task', task: frame.task })
    case 'bubble': {
      const key = chatKey(frame.channel, frame.chat)
      const before = state.bubbles[key] ?? []
      const bubbles = [...before, frame.bubble].sort((a, b) => a.seq - b.seq)
      const isUnread = key !== state.shown && frame.bubble.from.kind === 'bot'
      return {
        ...state,
        bubbles: { ...state.bubbles, [key]: bubbles },
        drafts: { ...state.drafts, [key]: (state.drafts[key] ?? []).filter((draft) => !isOver(draft, [frame.bubble])) },
        unread: isUnread ? { ...state.unread, [key]: (state.unread[key] ?? 0) + 1 } : state.unread,
        pending: state.pending.filter((pending) => !isBubbleOf(frame.bubble, pending)),
      }
    }
    case 'draft': {
      const key = chatKey(frame.channel, frame.chat)
      const { draft } = frame
      if (isOver(draft, state.bubbles[key] ?? []) || state.tasks[draft.taskId]?.state === 'cancelled') return state
      const before = state.drafts[key] ?? []
      const isKnown = before.some(({ id }) => id === draft.id)
      const drafts = isKnown ? before.map((one) => (one.id === draft.id ? draft : one)) : [...before, draft]
      return { ...state, drafts: { ...state.drafts, [key]: drafts } }
    }
    case 'accepted': {
      const pending = state.pending.map((one) =>
        one.saying.id === frame.id ? { ...one, state: 'accepted' as const, taskId: frame.taskId } : one,
      )
      const isShown = (one: Pending) => (state.bubbles[one.key] ?? []).some((bubble) => isBubbleOf(bubble, one))
      return { ...state, pending: pending.filter((one) => !isShown(one)) }
    }
    case 'refused': {
      const pending = state.pending.map((one) =>
        one.saying.id === frame.id ? { ...one, state: 'refused' as const, why: frame.why } : one,
      )
      return { ...state, pending }
    }
  }
}

/** The task that a message became. One from a platform is known by the platform's id, which its task's id has in it. */
export function taskOf(bubble: Bubble, channel: string, tasks: ConsoleState['tasks']): TaskSummary | undefined {
  const { from, taskId, messageId } = bubble
  if (taskId !== undefined) return tasks[taskId]
  if (from.kind !== 'person' || messageId === undefined) return undefined
  return Object.values(tasks).find((task) => task.channel === channel && `${task.id}-`.includes(`-${messageId}-`))
}

/** A person's bubble carries the id of its saying, maybe behind its channel's name, or at least the task it became. */
function isBubbleOf(bubble: Bubble, { saying, taskId }: Pending): boolean {
  if (bubble.from.kind !== 'person') return false
  return bubble.id.endsWith(saying.id) || (taskId !== undefined && bubble.taskId === taskId)
}

/** Whether what a draft was to become stands there, or its task has said something else since. */
function isOver(draft: DraftBubble, bubbles: readonly Bubble[]): boolean {
  return bubbles.some(
    ({ id, from, taskId, at }) => id === draft.id || (from.kind === 'bot' && taskId === draft.taskId && at >= draft.at),
  )
}
