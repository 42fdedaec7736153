import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the token lies with which the CLI of the same machine speaks to a running Huitou. */
export function localTokenFile(dataDir: string): string {
  return join(dataDir, 'cli-token')
}

/** The token of this DATA_DIR, which is there; made at the first start; only its owner may read the file. */
export async function ensureLocalToken(dataDir: string): Promise<string> {
  const path = localTokenFile(dataDir)
  const token = randomBytes(32).toString('hex')
  await writeFile(path, token, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(path, 'utf8')
}
