import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreUnavailableError } from '../../core/errors.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Files } from '../store.ts'
import type { Database } from './database.ts'

export interface FileFolder {
  files: Files
  /** Takes away the bytes of files that are no longer known. */
  forget(ids: readonly string[]): Promise<void>
}

/** The bytes lie beside the database, not in it: megabytes through its one session would hold everybody up. */
export function embeddedFiles(db: Database, folder: string): FileFolder {
  // Any id makes a harmless name.
  const pathOf = (id: string) => join(folder, createHash('sha256').update(id).digest('hex'))

  return {
    files: {
      async put({ id, name, type, bytes, expiresAt }) {
        const path = pathOf(id)
        const scratch = `${path}.${randomUUID()}`
        try {
          await mkdir(folder, { recursive: true })
          await writeFile(scratch, bytes)
          await rename(scratch, path)
        } catch (error) {
          await rm(scratch, { force: true })
          throw new StoreUnavailableError(`the embedded store cannot write file ${id}`, { cause: error })
        }
        // Known only now, when its bytes are there.
        const put = `INSERT INTO huitou.file VALUES ($1, $2, $3, $4)
          ON CONFLICT (id) DO UPDATE SET name = excluded.name, type = excluded.type, expires_at = excluded.expires_at`
        await db.rows(put, cleanText(id), cleanText(name), cleanText(type), expiresAt)
      },

      async get(id, now) {
        const found = 'SELECT name, type FROM huitou.file WHERE id = $1 AND expires_at > $2'
        const [file] = await db.rows<{ name: string; type: string }>(found, cleanText(id), now)
        if (file === undefined) return undefined
        const bytes = await readIfThere(pathOf(id))
        return bytes && { ...file, bytes }
      },
    },

    async forget(ids) {
      await Promise.all(ids.map((id) => rm(pathOf(id), { force: true })))
    },
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    // A sweep may have been faster than this reader.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
