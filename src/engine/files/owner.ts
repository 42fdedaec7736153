import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'

/** Which process something on a shared disk belongs to. */
const ownerSchema = z.object({
  /** Where process ids mean the same: one start of one machine, and there one container. */
  place: z.string(),
  pid: z.number().int().positive(),
  /** Tells the process from a later one of the same id, where the system says so. */
  startedAt: z.string().optional(),
})

/** This process, in writing. */
export function ownerMark(): string {
  const owner: z.infer<typeof ownerSchema> = { place: place(), pid: process.pid, startedAt: startOf(process.pid) }
  return JSON.stringify(owner)
}

/**
 * Whether the process of a mark has surely ended. False for one of another machine or container, of which nothing is
 * known from here, and for a mark that cannot be read.
 */
export function hasEnded(mark: string): boolean {
  const read = ownerSchema.safeParse(jsonOf(mark))
  if (!read.success || read.data.place !== place()) return false
  const { pid, startedAt } = read.data
  if (!isThere(pid)) return true
  return startedAt !== undefined && startedAt !== startOf(pid)
}

function place(): string {
  try {
    const start = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${hostname()} ${start} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    // A system other than Linux: no containers share its process ids.
    return hostname()
  }
}

/** Its 22nd field, in ticks since the machine's start; the second is a name in brackets, which may hold spaces. */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // One of another user may not be signalled.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
