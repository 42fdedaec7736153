import { readFile } from 'node:fs/promises'

export interface Memory {
  nowMb: number
  /** The most it ever had, its start included. */
  peakMb: number
}

/** How much of the machine's memory a process has, all its threads together (RSS). Told by Linux alone. */
export async function memoryOf(pid: number): Promise<Memory | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [nowMb, peakMb] = ['VmRSS', 'VmHWM'].map(
    (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1_024,
  )
  return nowMb === undefined || peakMb === undefined || Number.isNaN(nowMb) ? undefined : { nowMb, peakMb }
}
