import { readFile } from 'node:fs/promises'

/** What processes have and took, all their threads together. Told by Linux alone: zeros elsewhere. */
export interface Usage {
  /** Memory of the machine (RSS): now, and the most it ever was, the start included. */
  nowMb: number
  peakMb: number
  /** Time on the cores, which tells more than the clock on a machine that has other work to do. */
  cpuMs: number
}

export async function usageOf(pids: readonly number[]): Promise<Usage> {
  const each = await Promise.all(pids.map(usageOfOne))
  const sum = (read: (usage: Usage) => number): number => each.reduce((total, usage) => total + read(usage), 0)
  return { nowMb: sum(({ nowMb }) => nowMb), peakMb: sum(({ peakMb }) => peakMb), cpuMs: sum(({ cpuMs }) => cpuMs) }
}

/** The kernel counts time in hundredths of a second for its readers, whatever it does inside. */
const TICK_MS = 10

async function usageOfOne(pid: number): Promise<Usage> {
  const [status, stat] = await Promise.all(
    ['status', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
  )
  const mb = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status ?? '')?.[1] ?? 0) / 1_024
  // A program's name may hold anything, so fields are counted from behind it; user and system time are the 14th and 15th of all.
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  return { nowMb: mb('VmRSS'), peakMb: mb('VmHWM'), cpuMs: ticks * TICK_MS }
}
