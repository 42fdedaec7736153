import { pino } from 'pino'
import type { Log } from '../../core/log.ts'

/** Lines of JSON on standard output; a person at a terminal pipes them through a viewer of their choice. */
export function openLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
