import process from 'node:process'
import { workerData } from 'node:worker_threads'
import { endFamily, familyBytes } from '../family.ts'

/*
 * A thread inside a host process that ends the process and its programs when the engine is gone or the memory limit is
 * passed: the command may block the main thread, and V8's own limit does not count buffers. SIGKILL, because nothing in
 * the process may still be able to listen.
 */

export interface Watch {
  /** The process id of the engine. */
  engine: number
  maxBytes?: number
}

/** Short, because a command may take a gigabyte in half a second. */
const everyMs = 100
// The cast holds: `main.ts` starts this thread, with a Watch.
const { engine, maxBytes } = workerData as Watch

setInterval(() => {
  const isOrphan = process.ppid !== engine
  if (isOrphan || (maxBytes !== undefined && familyBytes() > maxBytes)) endFamily(process.pid)
}, everyMs)
