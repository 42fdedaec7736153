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

/** What this process and its programs hold in memory (RSS), in bytes. Only Linux tells of programs. */
export function familyRssBytes(): number {
  return startedBy(process.pid).reduce((sum, pid) => sum + rssBytes(pid), process.memoryUsage.rss())
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

function rssBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** Empty when the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
