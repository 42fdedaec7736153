import { fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { harmlessEnvironment } from '../../core/harmless-environment.ts'
import type { Log } from '../../core/log.ts'
import { whyOf } from '../../core/text/why.ts'
import { endFamily } from './family.ts'
import type { ToHost } from './protocol.ts'

/** The engine's end of the line to one host, the same for a thread and a child process. */
export interface Port {
  /** Said to a host that is gone, it is lost. */
  send(message: ToHost): void
  /** Ends the host now, whatever it does; resolves when it is gone. A second call waits for the same end. */
  kill(): Promise<void>
}

export interface PortExit {
  why: 'out-of-memory' | 'crashed'
  message: string
}

export interface PortListener {
  message(message: unknown): void
  /** Once, when the host is gone, by whatever cause. */
  exit(exit: PortExit): void
}

export interface PortOptions {
  isolation: 'thread' | 'process'
  /** What its JavaScript heap may take; a process is also held to it, with some room for itself, in all. */
  memoryMb?: number
  /** The environment of the engine; a host gets the harmless part of it. */
  env: Readonly<Record<string, string | undefined>>
  log: Log
}

const startUrl = new URL('./start.ts', import.meta.url)
const processOverheadMb = 128
const printedLength = 2000

/** Starts a host. It says `ready` once it was sent `load` and has loaded the scenes. */
export function openPort(options: PortOptions, listener: PortListener): Port {
  return options.isolation === 'thread' ? openThread(options, listener) : openProcess(options, listener)
}

function openThread({ memoryMb, env, log }: PortOptions, listener: PortListener): Port {
  const worker = new Worker(startUrl, {
    env: harmlessEnvironment(env),
    execArgv: [],
    stdout: true,
    stderr: true,
    ...(memoryMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
  })
  logPrinted(worker.stdout, log)
  logPrinted(worker.stderr, log)
  let fault: PortExit | undefined
  worker.on('message', (message: unknown) => listener.message(message))
  worker.on('error', (error: unknown) => {
    fault = exitBy(error)
  })
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      listener.exit(fault ?? { why: 'crashed', message: `the command ended its thread (exit code ${code})` })
      resolve()
    })
  })
  return {
    send: (message) => worker.postMessage(message),
    async kill() {
      await worker.terminate()
      await gone
    },
  }
}

function openProcess({ memoryMb, env, log }: PortOptions, listener: PortListener): Port {
  const maxBytes = memoryMb === undefined ? '' : `${(memoryMb + processOverheadMb) * 1024 * 1024}`
  const child = fork(startUrl, [maxBytes], {
    env: harmlessEnvironment(env),
    execArgv: memoryMb === undefined ? [] : [`--max-old-space-size=${memoryMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own, to be ended with all that is in it.
    detached: true,
  })
  const end = (): void => void (child.pid !== undefined && endFamily(child.pid))
  // What it has started would hold on to its output, and go on.
  child.once('exit', end)
  let isHeapFull = false
  logPrinted(child.stdout, log)
  logPrinted(child.stderr, log, (text) => {
    isHeapFull ||= text.includes('heap out of memory')
  })
  child.on('message', (message: unknown) => listener.message(message))
  const gone = new Promise<void>((resolve) => {
    const tell = (exit: PortExit): void => {
      listener.exit(exit)
      resolve()
    }
    child.once('error', (error) => tell({ why: 'crashed', message: error.message }))
    // `close` and not `exit`: by then all that was written to stderr has been read.
    child.once('close', (code, signal) => {
      // SIGKILL that is not ours comes from the host's watchdog or the kernel, and both kill for memory.
      const why = isHeapFull || signal === 'SIGKILL' ? 'out-of-memory' : 'crashed'
      const how = signal === null ? `exit code ${code}` : signal
      const limit = memoryMb === undefined ? '' : `, its limit is ${memoryMb} MB`
      const message = why === 'crashed' ? `ended (${how})` : `was out of memory (${how}${limit})`
      tell({ why, message: `the command's process ${message}` })
    })
  })
  return {
    send: (message) => {
      // The callback takes the error of a closed channel; the end of the process is what counts.
      if (child.connected) child.send(message, () => undefined)
    },
    async kill() {
      end()
      await gone
    },
  }
}

function exitBy(error: unknown): PortExit {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  const message = whyOf(error)
  return isFull ? { why: 'out-of-memory', message } : { why: 'crashed', message }
}

/** What authors print with `console` is for operators. */
function logPrinted(stream: Readable | null, log: Log, seen: (text: string) => void = () => undefined): void {
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    seen(chunk)
    log.info({ printed: chunk.trimEnd().slice(0, printedLength) }, 'a scene printed')
  })
}
