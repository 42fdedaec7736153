import { fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { harmlessEnvironment } from '../../core/harmless-environment.ts'
import type { Log } from '../../core/log.ts'
import { whyOf } from '../../core/text/why.ts'
import { endFamily, endPrograms, endProgramsSoon } from './family.ts'
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

/** What a host that is a thread is started with. */
export interface ThreadData {
  /** One place, for what `ownThread` gives. */
  thread: Int32Array
}

const startUrl = new URL('./inside/start.ts', import.meta.url)
const processOverheadMb = 128
const printedLength = 2000
/**
 * A program with a group of its own may hold on to a dead process's output for as long as it likes: it is read for so
 * long.
 */
const OUTPUT_MS = 1_000
/** A thread that a system call holds cannot be ended before that returns: nobody waits longer for it. */
const THREAD_MS = 1_000

/** Starts a host. It says `ready` once it was sent `load` and has loaded the scenes. */
export function openPort(options: PortOptions, listener: PortListener): Port {
  return options.isolation === 'thread' ? openThread(options, listener) : openProcess(options, listener)
}

function openThread({ memoryMb, env, log }: PortOptions, listener: PortListener): Port {
  // The host writes its thread's number here; a message would come too late from one that blocks.
  const thread = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(startUrl, {
    workerData: { thread } satisfies ThreadData,
    env: threadEnvironment(env),
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
  const left = Promise.withResolvers<boolean>()
  worker.once('exit', (code) => {
    listener.exit(fault ?? { why: 'crashed', message: `the command ended its thread (exit code ${code})` })
    thread[0] = 0
    left.resolve(true)
  })
  return {
    send: (message) => worker.postMessage(message),
    async kill() {
      // When the thread is gone, nobody knows any more which programs it has started.
      await endProgramsSoon(numberOf(thread))
      void worker.terminate()
      // One that blocks may have started another; once it is told to end, it starts none.
      endPrograms(numberOf(thread))
      const late = setTimeout(() => left.resolve(false), THREAD_MS)
      if (!(await left.promise)) log.warn({}, 'a thread does not end: a system call of its command holds it')
      clearTimeout(late)
    },
  }
}

/** Without options: it has ours already, and Node starts no thread with some that are for all of the process. */
function threadEnvironment(env: PortOptions['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(harmlessEnvironment(env)).filter(([name]) => name !== 'NODE_OPTIONS'))
}

function numberOf([thread = 0]: Int32Array): number {
  return thread
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
  let isHeapFull = false
  logPrinted(child.stdout, log)
  logPrinted(child.stderr, log, (text) => {
    isHeapFull ||= text.includes('heap out of memory')
  })
  child.on('message', (message: unknown) => listener.message(message))
  const gone = new Promise<void>((resolve) => {
    let late: NodeJS.Timeout | undefined
    let isTold = false
    const tell = (exit: PortExit): void => {
      clearTimeout(late)
      if (!isTold) listener.exit(exit)
      isTold = true
      resolve()
    }
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      // SIGKILL that is not ours comes from the host's watchdog or the kernel, and both kill for memory.
      const why = isHeapFull || signal === 'SIGKILL' ? 'out-of-memory' : 'crashed'
      const how = signal === null ? `exit code ${code}` : signal
      const limit = memoryMb === undefined ? '' : `, its limit is ${memoryMb} MB`
      const message = why === 'crashed' ? `ended (${how})` : `was out of memory (${how}${limit})`
      tell({ why, message: `the command's process ${message}` })
    }
    child.once('error', (error) => {
      end()
      tell({ why: 'crashed', message: error.message })
    })
    child.once('exit', (code, signal) => {
      // What it has started would hold on to its output, and go on.
      end()
      late = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        ended(code, signal)
      }, OUTPUT_MS)
    })
    // By then all that was written to stderr has been read.
    child.once('close', ended)
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
