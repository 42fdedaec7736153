import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'

/*
 * A host and the programs that its command has started. A host process leads a process group, and they are in it.
 * Those of a thread are in our own group; Linux tells which thread has started them.
 */

const NOTICE_MS = 100
const LOOK_MS = 5

/**
 * Ends a host and its programs; those that have made themselves a group of their own go on. Throws nothing when they
 * are gone.
 */
export function endFamily(host: number): void {
  for (const pid of [-host, host]) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // They are gone, or this system knows no groups.
    }
  }
}

/**
 * What this process and its programs hold in memory, in bytes: what the system cannot take back, so not the code of
 * libraries and other files that are mapped. Only Linux tells so much; elsewhere it is the RSS of this process alone.
 */
export function familyBytes(): number {
  const own = heldBytes(process.pid)
  if (own === 0) return process.memoryUsage.rss()
  return startedBy(process.pid).reduce((sum, pid) => sum + heldBytes(pid), own)
}

/** The number of this thread, which `programsOf` takes; 0 where the system does not tell. */
export function ownThread(): number {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')))
  } catch {
    return 0
  }
}

/**
 * What a thread of this process has started and what that has started, but for those that have made themselves a
 * group of their own.
 */
function programsOf(thread: number): number[] {
  if (thread === 0) return []
  const ours = groupOf(process.pid)
  return startedIn(process.pid, thread).filter((pid) => groupOf(pid) === ours)
}

/** Ends what `programsOf` names, at once. */
export function endPrograms(thread: number): void {
  for (const pid of programsOf(thread)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It is gone.
    }
  }
}

/**
 * The same; resolves when the thread has taken note of it, or is too busy to. Who does not leaves a dead entry in the
 * system's table.
 */
export async function endProgramsSoon(thread: number): Promise<void> {
  endPrograms(thread)
  for (let waitedMs = 0; waitedMs < NOTICE_MS && programsOf(thread).length > 0; waitedMs += LOOK_MS) await wait(LOOK_MS)
}

function startedBy(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) => startedIn(pid, thread))
}

function startedIn(pid: number, thread: number | string): number[] {
  const children = read(`/proc/${pid}/task/${thread}/children`).match(/\d+/g) ?? []
  return children.flatMap((child) => [Number(child), ...startedBy(Number(child))])
}

/** The process group; undefined when the process has ended meanwhile. */
function groupOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`)
  // The name of the program stands in parentheses and may hold anything; the state, the parent and the group follow it.
  return stat.slice(stat.lastIndexOf(')')).split(' ')[3]
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function heldBytes(pid: number): number {
  const status = read(`/proc/${pid}/status`)
  const held = [...status.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$/gm)]
  return held.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0)
}

/** Empty when the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
