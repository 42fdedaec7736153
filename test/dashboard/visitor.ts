import { WebSocket } from 'ws'
import {
  type Bubble,
  type ConsoleDown,
  type ConsoleUp,
  consoleDownSchema,
} from '../../src/dashboard/api/console/shapes.ts'
import type { World } from './world.ts'

/** A browser on the console's socket. */
export interface Visitor {
  frames: ConsoleDown[]
  say(frame: ConsoleUp | string | object): void
  /** The first frame that fits, already there or still to come. */
  until<Found>(find: (frame: ConsoleDown) => Found | undefined): Promise<Found>
  /** The bubble with this text. */
  bubble(text: string): Promise<Bubble>
  /** Reads nothing, so answers no ping, until it listens again. */
  deafen(): void
  listen(): void
  closed: Promise<number>
  close(): void
}

/** Opens the socket; rejects with the status when it is refused. */
export async function aVisitor(world: Pick<World, 'url'>, headers: Record<string, string>): Promise<Visitor> {
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/api/console`, { headers })
  const frames: ConsoleDown[] = []
  let wake: () => void = () => undefined
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data: Buffer) => {
    frames.push(consoleDownSchema.parse(JSON.parse(data.toString())))
    wake()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)

  async function until<Found>(find: (frame: ConsoleDown) => Found | undefined): Promise<Found> {
    for (let seen = 0; ; ) {
      for (; seen < frames.length; seen++) {
        const frame = frames[seen]
        const found = frame && find(frame)
        if (found !== undefined) return found
      }
      await new Promise<void>((resolve) => {
        const before = wake
        wake = () => {
          before()
          resolve()
        }
      })
    }
  }
  return {
    frames,
    say: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    until,
    bubble: (text) =>
      until((frame) => {
        const isIt = frame.kind === 'bubble' && frame.bubble.parts.some((part) => 'text' in part && part.text === text)
        return isIt ? frame.bubble : undefined
      }),
    deafen: () => socket.pause(),
    listen: () => socket.resume(),
    closed,
    close: () => socket.close(),
  }
}
