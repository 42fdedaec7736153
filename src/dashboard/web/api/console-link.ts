import type { Bubble, ConsoleDown, ConsoleUp } from '../../api/console/shapes.ts'
import { backoffMs } from './backoff.ts'

export type LinkState = 'connecting' | 'up' | 'lost'
export type Saying = Extract<ConsoleUp, { kind: 'say' }>

export interface ConsoleLink {
  /** Shows a chat: what was said after what we already have comes at once, the rest as it is said. */
  open(channel: string, chat: string): void
  /** Sends until it is accepted or refused: after a reconnect again, under the same id. */
  say(saying: Saying): void
  close(): void
}

interface LinkEvents {
  frame(frame: ConsoleDown): void
  state(state: LinkState): void
}

/** A say that is not answered by then means that the connection is dead, whatever the browser thinks of it. */
const ANSWER_WITHIN_MS = 10_000

/** The console's socket; connects at once, and again by itself until closed. */
export function connectConsole(on: LinkEvents): ConsoleLink {
  const lastSeq = new Map<string, { channel: string; chat: string; seq: number }>()
  const unanswered = new Map<string, Saying>()
  let socket: WebSocket | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let answerTimer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let isClosed = false

  const transmit = (frame: ConsoleUp) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
  }
  const transmitOpen = ({ channel, chat, seq }: { channel: string; chat: string; seq: number }) =>
    transmit({ kind: 'open', channel, chat, after: seq })

  const watchForAnswer = () => {
    clearTimeout(answerTimer)
    if (unanswered.size > 0) answerTimer = setTimeout(() => socket?.close(), ANSWER_WITHIN_MS)
  }

  const receive = (frame: ConsoleDown) => {
    if (frame.kind === 'accepted' || frame.kind === 'refused') {
      unanswered.delete(frame.id)
      watchForAnswer()
    }
    if (frame.kind === 'bubble' && !isNew(frame.channel, frame.chat, frame.bubble)) return
    on.frame(frame)
  }

  const isNew = (channel: string, chat: string, bubble: Bubble): boolean => {
    const entry = lastSeq.get(chatKey(channel, chat))
    if (!entry || bubble.seq <= entry.seq) return false
    entry.seq = bubble.seq
    return true
  }

  const connect = () => {
    clearTimeout(retryTimer)
    const mine = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/console`)
    socket = mine
    mine.onopen = () => {
      failures = 0
      on.state('up')
      for (const entry of lastSeq.values()) transmitOpen(entry)
      for (const saying of unanswered.values()) transmit(saying)
      watchForAnswer()
    }
    // Our own server sends these frames in the shapes of api/shapes.ts.
    mine.onmessage = (event: MessageEvent<string>) => receive(JSON.parse(event.data) as ConsoleDown)
    mine.onclose = () => {
      if (isClosed || socket !== mine) return
      socket = undefined
      clearTimeout(answerTimer)
      on.state('lost')
      retryTimer = setTimeout(connect, backoffMs(failures++))
    }
  }

  const reconnect = () => {
    if (!socket && document.visibilityState === 'visible') connect()
  }
  const offline = () => socket?.close()
  window.addEventListener('online', reconnect)
  window.addEventListener('offline', offline)
  document.addEventListener('visibilitychange', reconnect)
  connect()

  return {
    open(channel, chat) {
      const key = chatKey(channel, chat)
      const entry = lastSeq.get(key) ?? { channel, chat, seq: 0 }
      // The chat that is looked at stays the last one, so that it is the one opened last after a reconnect.
      lastSeq.delete(key)
      lastSeq.set(key, entry)
      transmitOpen(entry)
    },
    say(saying) {
      unanswered.set(saying.id, saying)
      transmit(saying)
      watchForAnswer()
    },
    close() {
      isClosed = true
      clearTimeout(retryTimer)
      clearTimeout(answerTimer)
      window.removeEventListener('online', reconnect)
      window.removeEventListener('offline', offline)
      document.removeEventListener('visibilitychange', reconnect)
      socket?.close()
    },
  }
}

export function chatKey(channel: string, chat: string): string {
  return `${channel}:${chat}`
}
