import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../core/errors.ts'

/** The PostgreSQL inside the PGlite that we ship; its files can be read by this major version alone. */
const POSTGRES_MAJOR = '18'

/** Throws when the folder holds the files of another PostgreSQL. A folder that is not there yet is fine. */
export function checkVersion(folder: string): void {
  const found = versionOf(folder)
  if (found === undefined || found === POSTGRES_MAJOR) return
  throw new UsageError(
    `the data in ${folder} was written by PostgreSQL ${found}, and this Huitou reads PostgreSQL ${POSTGRES_MAJOR}: run the Huitou that wrote it, or start with another DATA_DIR`,
  )
}

/** The major version of the PostgreSQL that wrote the folder; undefined when there is none. */
export function versionOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
