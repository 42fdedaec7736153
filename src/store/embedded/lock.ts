import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UsageError } from '../../core/errors.ts'

/**
 * Makes this process the only owner of the folder until `release` or its death: the kernel holds the lock, so that no
 * kill leaves one behind. Throws at once when another process has it. SQLite is at hand in Node and locks files on
 * every system; nothing is kept in it.
 */
export function lockFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true })
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw isHeld(error) ? new UsageError(heldText(folder), { cause: error }) : error
  }
  return { release: () => lock.close() }
}

const SQLITE_BUSY = 5

function isHeld(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function heldText(folder: string): string {
  return `another Huitou process is using the data folder ${folder}: stop it first, give this one its own DATA_DIR, or set REDIS_URL so that several processes can share one store`
}
