import type { WebSocket } from 'ws'
import type { ChannelLog } from '../channel.ts'
import { type Calls, openCalls } from './calls.ts'
import { readFrame } from './frame.ts'
import { answerSchema } from './types.ts'
import type { Proof } from './verify.ts'

/** A larger frame is passed over: no event is as large. */
const MOST_FRAME_CHARS = 10 * 1024 * 1024
/** Where no heartbeat was ever seen, whether the other side lives is asked this often. */
const PING_EVERY_MS = 30_000
/** So many heartbeats may be missed. */
const MISSED_BEATS = 3
const BAD_FRAME_LOG_EVERY_MS = 1_000

/** One socket to an implementation, whoever opened it. */
export interface Link extends Proof {
  calls: Calls
  /** A heartbeat came: the next ones are expected at this interval. */
  beat(intervalMs: number | undefined): void
  close(why: string): void
}

export interface LinkOwner {
  /** A frame that holds an event. */
  event(frame: Record<string, unknown>): void
  closed(): void
  log: ChannelLog
}

/** Frames apart: answers to the calls, events to the owner. Nothing that comes in closes it; silence does. */
export function openLink(socket: WebSocket, proof: Proof, owner: LinkOwner): Link {
  const { log } = owner
  const calls = openCalls((frame) => socket.send(frame), log)
  let badLoggedAt = Number.NEGATIVE_INFINITY

  function bad(why: string): void {
    if (performance.now() - badLoggedAt < BAD_FRAME_LOG_EVERY_MS) return
    badLoggedAt = performance.now()
    log.warn({ account: proof.account, why }, 'a frame was passed over')
  }

  socket.on('message', (data, isBinary) => {
    isAnswering = true
    // `ws` gives one Buffer a message unless told otherwise.
    const text = isBinary ? undefined : (data as Buffer).toString()
    if (text === undefined) return bad('it is binary')
    if (text.length > MOST_FRAME_CHARS) return bad(`it has ${text.length} characters`)
    const frame = readFrame(text)
    if (frame === undefined) return bad('it is no JSON object')
    if (frame.post_type !== undefined) return owner.event(frame)
    const answer = answerSchema.safeParse(frame)
    if (answer.success) calls.hear(answer.data)
    else bad('it is neither an event nor an answer')
  })

  let isAnswering = true
  socket.on('pong', () => {
    isAnswering = true
  })
  const ping = setInterval(() => {
    if (!isAnswering) return socket.terminate()
    isAnswering = false
    socket.ping()
  }, PING_EVERY_MS)
  let silence: NodeJS.Timeout | undefined

  socket.on('error', (error) => log.warn({ account: proof.account, error: error.message }, 'a connection failed'))
  socket.on('close', () => {
    clearInterval(ping)
    clearTimeout(silence)
    calls.close()
    owner.closed()
  })

  socket.resume()

  return {
    ...proof,
    calls,
    beat(intervalMs) {
      if (intervalMs === undefined) return
      clearInterval(ping)
      clearTimeout(silence)
      silence = setTimeout(() => {
        log.warn({ account: proof.account, intervalMs }, 'heartbeats stay away: the connection is ended')
        socket.terminate()
      }, intervalMs * MISSED_BEATS)
    },
    close(why) {
      socket.close(1000, why)
      // A half-open connection never answers the goodbye.
      setTimeout(() => socket.terminate(), 1_000).unref()
    },
  }
}
