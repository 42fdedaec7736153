import process from 'node:process'
import { parentPort } from 'node:worker_threads'
import type { FromHost, ToHost } from '../protocol.ts'

/** A host's end of the line to the engine, the same in a thread and in a child process. */
export interface Wire {
  send(message: FromHost): void
  listen(listener: (message: ToHost) => void): void
}

export function openWire(): Wire {
  if (parentPort) {
    const port = parentPort
    return { send: (message) => port.postMessage(message), listen: (listener) => void port.on('message', listener) }
  }
  // The engine is gone; `watchdog.ts` sees to a command that keeps this from being heard.
  process.on('disconnect', () => process.exit())
  return { send: (message) => void process.send?.(message), listen: (listener) => void process.on('message', listener) }
}
