import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { UsageError } from '../../core/errors.ts'

const sentences: Readonly<Record<string, string>> = {
  EEXIST: 'is a file: move it away, or set DATA_DIR to a folder',
  ENOTDIR: 'lies below a file: set DATA_DIR to a folder',
  EACCES: 'may not be written by this user: give it to them, or set DATA_DIR to another folder',
  EPERM: 'may not be written by this user: give it to them, or set DATA_DIR to another folder',
  EROFS: 'is on a disk that is read-only: set DATA_DIR to another folder',
  ENOSPC: 'cannot be made, for the disk is full',
}

/**
 * Makes the data folder unless it is there. Throws UsageError with what is wrong with it, before anything is opened in
 * it.
 */
export async function ensureDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const sentence = isErrno(error) ? sentences[error.code ?? ''] : undefined
    throw sentence === undefined ? error : new UsageError(`the data folder ${dataDir} ${sentence}`, { cause: error })
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error
}
