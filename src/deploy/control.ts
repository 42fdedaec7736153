import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { RunError } from './run.ts'

/*
 * How the command line speaks to `up`: a line of JSON each, over a socket in the folder of the releases, which only its
 * owner may enter.
 */

const orderSchema = z.object({ folder: z.string(), watchMs: z.number().min(0) })
export type Order = z.infer<typeof orderSchema>

const answerSchema = z.union([
  z.object({ say: z.string() }),
  z.object({ done: z.boolean(), why: z.string().optional() }),
])
type Answer = z.infer<typeof answerSchema>

export interface Ended {
  done: boolean
  why?: string
}

/** A path relative to the working folder: that of a socket must be short. */
function socketIn(dir: string): string {
  return relative(process.cwd(), join(dir, 'up.sock'))
}

/** Takes orders until it is closed. Throws RunError when another `up` does already. */
export async function takeOrders(
  dir: string,
  deploy: (order: Order, say: (line: string) => void) => Promise<Ended>,
): Promise<{ close(): void }> {
  const path = socketIn(dir)
  if (await isTaken(path)) throw new RunError('another `huitou up` runs here already')
  await rm(path, { force: true })
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    const answer = (message: Answer): void => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
    }
    createInterface(socket).once('line', (line) => {
      const order = orderSchema.safeParse(readJson(line))
      if (!order.success) return socket.end()
      // Whoever hangs up no longer reads; the deploy goes on.
      void deploy(order.data, (say) => answer({ say })).then((ended) => {
        answer(ended)
        socket.end()
      })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return { close: () => void server.close() }
}

/** Throws RunError when no `up` runs here. */
export async function findUp(dir: string): Promise<void> {
  if (await isTaken(socketIn(dir))) return
  throw new RunError('nothing runs here that could be replaced: start with `npm run huitou -- up`')
}

/** Has the running `up` deploy; resolves to how it ended. Throws RunError when it is gone. */
export async function giveOrder(dir: string, order: Order, say: (line: string) => void): Promise<Ended> {
  const socket = createConnection(socketIn(dir))
  await once(socket, 'connect')
  socket.write(`${JSON.stringify(order)}\n`)
  for await (const line of createInterface(socket)) {
    const answer = answerSchema.parse(readJson(line))
    if ('done' in answer) return answer
    say(answer.say)
  }
  throw new RunError('`huitou up` has gone; what runs now is told by its log')
}

function isTaken(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
