import { createServer, type Socket } from 'node:net'
import { faultOf } from '../web/door.ts'

/**
 * The port of the installation, which stays open while releases come and go. Whoever connects is handed to the release
 * of the moment as they are, address and all; while there is none they wait.
 */
export interface Port {
  number: number
  /** From now on connections go there, those that wait first. */
  leadTo(take: (socket: Socket) => void): void
  /** From now on connections wait. */
  hold(): void
  close(): void
}

/** More than wait here are turned away; platforms come again. */
const MOST_WAITING = 1_000

/** Throws UsageError when the port cannot be had. */
export function openPort(port: number, host: string): Promise<Port> {
  const waiting: Socket[] = []
  const wait = (socket: Socket): void => {
    if (waiting.length < MOST_WAITING) waiting.push(socket)
    else socket.destroy()
  }
  let give = wait
  // Nothing is read here: what is said belongs to whom it is handed to.
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    // Who hangs up while they wait is noticed by whom they are handed to.
    socket.on('error', () => undefined)
    give(socket)
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(faultOf(error, host, port)))
    server.listen(port, host, () => {
      const address = server.address()
      resolve({
        number: typeof address === 'object' && address !== null ? address.port : port,
        leadTo(take) {
          give = take
          for (const socket of waiting.splice(0)) take(socket)
        },
        hold() {
          give = wait
        },
        close() {
          server.close()
          for (const socket of waiting.splice(0)) socket.destroy()
        },
      })
    })
  })
}
