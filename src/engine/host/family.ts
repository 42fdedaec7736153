import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setImmediate as turn } from 'node:timers/promises'

/* A host process and the programs that its command has started: they are a process group, whose leader the host is. */

/** Ends a host and its programs; those that have made themselves a group of their own go on. Throws nothing when they are gone. */
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
 * What this process and its programs hold in memory, in bytes: what the system cannot take back, so not the code of libraries and other files that are mapped.
 * Only Linux tells so much; elsewhere it is the RSS of this process alone.
 */
export function familyBytes(): number {
  const own = heldBytes(process.pid)
  if (own === 0) return process.memoryUsage.rss()
  return startedBy(process.pid).reduce((sum, pid) => sum + heldBytes(pid), own)
}

/** Whether programs of this process go on. One that has just ended is let go of when the event loop has turned. */
export async function hasPrograms(): Promise<boolean> {
  const has = (): boolean => process.getActiveResourcesInfo().includes('ProcessWrap')
  for (let turns = 0; turns < 2 && has(); turns++) await turn()
  return has()
}

function startedBy(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).match(/\d+/g) ?? [])
  return children.flatMap((child) => [Number(child), ...startedBy(Number(child))])
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
