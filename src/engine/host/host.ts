import type { Message } from '../../core/message/message.ts'
import type { Route } from '../../core/task/task.ts'
import type { Lang } from '../../core/text/lang.ts'
import { whyOf } from '../../core/text/why.ts'
import type { Sources } from '../../scenes/sources.ts'
import { openPort, type PortOptions } from './port.ts'
import { type End, type FromHost, fromHostSchema, type HostCall } from './protocol.ts'

/** A command to be run, with its words not yet read. */
export interface HostRun {
  runId: string
  route: Route
  message: Message
  lang: Lang
  attempt: number
  isFresh?: boolean
  taskNumber: number
  /**
   * It is called only for these that it registered, to take it back: the names, in the order in which they were
   * registered.
   */
  undoes?: string[]
  /** Of its scene; a host that has another does not begin. */
  version?: string
  /** Only this item of an `all` is wanted of it. */
  piece?: { name: string; index: number; item: unknown }
}

/** What a running command wants from outside. */
export interface HostCalls {
  /** A rejection is thrown inside the command. `ofParent`: a piece asks for what its parent has kept. */
  call(call: HostCall, ofParent?: boolean): Promise<unknown>
  progress(percent: number, text?: string): void
  log(text: string): void
  /** It has its slot and begins. */
  begun(): void
  /** Aborted when it is to stop before its next step. */
  parking?: AbortSignal | undefined
}

export type HostEnd = End | { state: 'killed'; why: 'disobeyed' | 'out-of-memory' | 'crashed'; message: string }

/** A run between being asked for and its end. */
export interface Job {
  run: HostRun
  calls: HostCalls
  signal: AbortSignal
  graceMs: number
  /** The first end counts. */
  end(end: HostEnd): void
}

/** A host as its slot sees it: takes one job at a time. */
export interface Host {
  /**
   * No other command is to run in it: the scene files have changed since it was started, or something is left behind
   * in it.
   */
  isOld: boolean
  /** Gives it a job; only when it is free. */
  take(job: Job): void
  /** Ends it, and its job as crashed; resolves when it is gone. */
  kill(): Promise<void>
}

export interface HostOwner {
  /** It has loaded the scenes, or its job has ended: it may be given one. */
  free(host: Host): void
  /** It is dead or unfit, and its job, if it had one, has ended; `end` says how. */
  gone(host: Host, end: HostEnd): void
}

/** Reading the scene files may take this long, on a machine that has other things to do. */
const startMs = 30_000
/** A host that does not say what is left behind within this time is busy with it. */
const settleMs = 1_000

export function openHost(options: PortOptions & { sources: Sources }, owner: HostOwner): Host {
  let job: Job | undefined
  let isDead = false
  let grace: NodeJS.Timeout | undefined
  /** Set between the end of a run and what it has left behind. */
  let settling: { runId: string; late: NodeJS.Timeout } | undefined
  let isReady = false
  const { log } = options
  const port = openPort(options, {
    message: (message) => {
      if (!isDead) hear(message)
    },
    exit: (exit) => die({ state: 'killed', ...exit }),
  })
  const tooLate = setTimeout(
    () => die({ state: 'killed', why: 'crashed', message: 'the scene files could not be loaded in time' }),
    startMs,
  )
  port.send({ kind: 'load', sources: options.sources, triggers: false })

  function hear(message: unknown): void {
    const heard = heardAs(message)
    switch (heard?.kind) {
      case 'ready':
        clearTimeout(tooLate)
        isReady = true
        owner.free(host)
        return
      case 'loading':
        return
      case 'call':
        if (heard.runId === job?.run.runId) answer(heard, job)
        return
      case 'progress':
        if (heard.runId === job?.run.runId) job.calls.progress(heard.percent, heard.text)
        return
      case 'log':
        if (heard.runId === job?.run.runId) job.calls.log(heard.text)
        return
      case 'end':
        if (heard.runId !== job?.run.runId) return
        if (heard.settles) settle(heard.runId, heard.end)
        else finish(heard.end)
        return
      case 'settled':
        if (heard.runId === settling?.runId) settled(heard.runId, heard.left)
        return
      case 'late':
        disturbed(heard)
        return
      case 'broken':
        die({ state: 'failed', message: heard.message, stack: heard.stack, retry: 'later' })
        return
      default:
        die({ state: 'killed', why: 'crashed', message: 'the host said something that makes no sense' })
    }
  }

  function begin(): void {
    if (job === undefined) return
    if (job.signal.aborted) {
      finish({ state: 'failed', message: 'it was stopped before it began', retry: 'later' })
    } else {
      job.calls.begun()
      const { parking } = job.calls
      port.send({ kind: 'run', ...job.run, memoryMb: options.memoryMb, parks: parking?.aborted })
      parking?.addEventListener('abort', park, { once: true })
      job.signal.addEventListener('abort', abort, { once: true })
    }
  }

  function park(): void {
    if (job !== undefined) port.send({ kind: 'park', runId: job.run.runId })
  }

  function abort(): void {
    if (job === undefined) return
    const { run, signal, graceMs } = job
    port.send({ kind: 'abort', runId: run.runId, why: reasonOf(signal) })
    const message = `it went on for ${graceMs} ms after it was told to stop`
    grace = setTimeout(() => die({ state: 'killed', why: 'disobeyed', message }), graceMs)
  }

  function answer({ callId, call, ofParent }: Extract<FromHost, { kind: 'call' }>, { calls }: Job): void {
    calls.call(call, ofParent).then(
      (value) => port.send({ kind: 'answer', callId, value }),
      (error: unknown) => port.send({ kind: 'fault', callId, message: whyOf(error) }),
    )
  }

  function finish(end: HostEnd): void {
    tell(end)
    owner.free(host)
  }

  /** The run has ended, and its person has the answer; whether another may begin here is not known yet. */
  function settle(runId: string, end: HostEnd): void {
    const message = `what it left behind kept its host busy for ${settleMs} ms`
    const late = setTimeout(() => die({ state: 'killed', why: 'crashed', message }), settleMs)
    settling = { runId, late }
    tell(end)
  }

  function settled(runId: string, left: readonly string[]): void {
    clearTimeout(settling?.late)
    settling = undefined
    if (left.length > 0) {
      host.isOld = true
      log.info({ taskId: runId, left }, 'a command has left something behind; its host is replaced')
    }
    owner.free(host)
  }

  /** Whoever runs here now has nothing to do with it. */
  function disturbed({ runId, message, stack }: Extract<FromHost, { kind: 'late' }>): void {
    host.isOld = true
    log.warn(
      { taskId: runId, error: stack ?? message },
      'what a command or its scene left behind has failed, and nobody waited for it; its host is replaced',
    )
    if (isReady && job === undefined && settling === undefined) die({ state: 'failed', message, stack, retry: 'later' })
  }

  function die(end: HostEnd): void {
    if (isDead) return
    isDead = true
    stopWaiting()
    tell(end)
    owner.gone(host, end)
  }

  function stopWaiting(): void {
    clearTimeout(tooLate)
    clearTimeout(settling?.late)
  }

  function tell(end: HostEnd): void {
    clearTimeout(grace)
    job?.signal.removeEventListener('abort', abort)
    job?.calls.parking?.removeEventListener('abort', park)
    const ended = job
    job = undefined
    ended?.end(end)
  }

  const host: Host = {
    isOld: false,
    take(next) {
      job = next
      begin()
    },
    async kill() {
      if (!isDead) {
        isDead = true
        stopWaiting()
        tell({ state: 'killed', why: 'crashed', message: 'the process is stopping' })
      }
      await port.kill()
    },
  }
  return host
}

/**
 * Undefined when it is nothing a host says. What comes often is looked at by hand: the schemas cost more than the rest
 * of the round trip.
 */
function heardAs(message: unknown): FromHost | undefined {
  const kind = typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined
  // The casts hold: `main.ts` makes these with their types checked, and bounds what a command puts in.
  if (kind === 'progress' || kind === 'log' || kind === 'ready' || kind === 'loading') return message as FromHost
  if (isSavedStep(message)) return message
  const read = fromHostSchema.safeParse(message)
  return read.success ? read.data : undefined
}

/** Looked at by hand too: a step that does little takes hardly longer than the schema would. */
function isSavedStep(message: unknown): message is FromHost & { kind: 'call' } {
  // The cast holds for looking: what is not there is undefined.
  const { kind, callId, runId, call } = (message ?? {}) as Record<string, unknown>
  if (kind !== 'call' || typeof callId !== 'number' || typeof runId !== 'string') return false
  const { method, name, ms } = (call ?? {}) as Record<string, unknown>
  return method === 'saveStep' && typeof name === 'string' && typeof ms === 'number'
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : String(signal.reason)
}
