import type { Log } from '../../core/log.ts'
import type { Sources } from '../../scenes/sources.ts'
import { type Host, type HostCalls, type HostEnd, type HostRun, type Job, openHost } from './host.ts'

export type { HostCalls, HostEnd, HostRun }

/** The places of a lane: each runs one command at a time, away from the main thread. */
export interface Slots {
  /**
   * Runs a command, when a slot is free; those who wait go in order. Never rejects. When the signal aborts, the command
   * is told, and killed after `graceMs`; its slot is free again either way.
   */
  run(run: HostRun, calls: HostCalls, signal: AbortSignal, graceMs: number): Promise<HostEnd>
  /** The scene files have changed: runs from now on have the new ones, those that run keep theirs. */
  renew(): void
  /** How many commands are running. */
  readonly busy: number
  /** Kills what runs, and ends what waits; resolves when all hosts are gone. */
  close(): Promise<void>
}

export interface SlotsOptions {
  isolation: 'thread' | 'process'
  size: number
  memoryMb?: number
  /** The scene files of now; asked for whenever a host is started. */
  sources(): Sources
  /** Where commands get PATH, TZ, LANG and certificates from. */
  env?: Readonly<Record<string, string | undefined>>
  /** Hosts above the one that is kept warm go after this time without work. */
  idleMs?: number
  /** A host is started before anybody asks for one. */
  isWarm?: boolean
  log: Log
}

/** A command that waits longer than this gets a host of its own, where there may be one more. */
const PATIENCE_MS = 50

export function openSlots(options: SlotsOptions): Slots {
  const { size, idleMs = 60_000, env = {}, log } = options
  const hosts = new Set<Host>()
  /**
   * Those that load the scenes. One at a time: a burst of quick commands is through before all the threads it could
   * have would have started.
   */
  const starting = new Set<Host>()
  /** The most recently used one last: the others may grow old and go. */
  const idle: Host[] = []
  const waiting: Job[] = []
  const leaving = new Set<Promise<void>>()
  const timers = new Map<Host, NodeJS.Timeout>()
  let growing: NodeJS.Timeout | undefined
  let isClosed = false

  function open(): void {
    const host = openHost({ ...options, env, sources: options.sources() }, { free, gone })
    hosts.add(host)
    starting.add(host)
  }

  function fill(): void {
    while (waiting.length > 0) {
      const host = idle.pop()
      const job = host && waiting.shift()
      if (host === undefined || job === undefined) {
        growSoon()
        return
      }
      clearTimeout(timers.get(host))
      host.take(job)
    }
  }

  /**
   * Starts a host when somebody has waited for a while: quick commands are through before a thread has started, which
   * costs far more than they do.
   */
  function growSoon(): void {
    if (starting.size > 0 || hosts.size >= size || isClosed) return
    if (hosts.size === 0) {
      open()
      return
    }
    const [longest] = waiting
    growing ??= setTimeout(() => {
      growing = undefined
      if (longest !== undefined && waiting[0] === longest && starting.size === 0 && hosts.size < size) open()
      else if (waiting.length > 0) growSoon()
    }, PATIENCE_MS)
  }

  /** It has just started, or its command has ended, and it is fit for another. */
  function free(host: Host): void {
    if (!hosts.has(host)) return
    starting.delete(host)
    if (host.isOld) {
      retire(host)
      fill()
      keepOne()
    } else {
      idle.push(host)
      timers.set(host, setTimeout(() => hosts.size > 1 && retire(host), idleMs).unref())
      fill()
    }
  }

  /** It has died, or must not be used again: another may take its place. */
  function gone(host: Host, end: HostEnd): void {
    // One that cannot even start must not be tried for ever: somebody is told.
    const hadWork = !starting.has(host) && !idle.includes(host)
    if (starting.has(host)) waiting.shift()?.end(end)
    retire(host)
    fill()
    if (hadWork) keepOne()
  }

  /** Whoever comes next does not wait for a host to start because of what was done in the one before. */
  function keepOne(): void {
    if (hosts.size === 0 && !isClosed) open()
  }

  function retire(host: Host): void {
    if (!hosts.delete(host)) return
    starting.delete(host)
    const place = idle.indexOf(host)
    if (place !== -1) idle.splice(place, 1)
    clearTimeout(timers.get(host))
    timers.delete(host)
    const left: Promise<void> = host.kill().then(() => void leaving.delete(left))
    leaving.add(left)
  }

  if (options.isWarm) open()

  return {
    run(run, calls, signal, graceMs) {
      return new Promise((resolve) => {
        if (isClosed || signal.aborted) return resolve(notBegun)
        const giveUp = (): void => {
          const place = waiting.indexOf(job)
          if (place === -1) return
          waiting.splice(place, 1)
          job.end(notBegun)
        }
        const end = (ended: HostEnd): void => {
          signal.removeEventListener('abort', giveUp)
          resolve(ended)
        }
        const job: Job = { run, calls, signal, graceMs, end }
        signal.addEventListener('abort', giveUp)
        waiting.push(job)
        fill()
      })
    },
    renew() {
      log.debug({ hosts: hosts.size }, 'hosts are renewed')
      const wasWarm = idle.length > 0
      for (const host of hosts) host.isOld = true
      for (const host of [...idle]) retire(host)
      // Somebody is about to try what they have just written.
      if (wasWarm && !isClosed) open()
      fill()
    },
    get busy() {
      return hosts.size - idle.length - starting.size
    },
    async close() {
      isClosed = true
      clearTimeout(growing)
      for (const job of waiting.splice(0)) job.end(notBegun)
      for (const host of [...hosts]) retire(host)
      await Promise.all(leaving)
    },
  }
}

const notBegun: HostEnd = { state: 'failed', message: 'it was stopped before it began', retry: 'later' }
