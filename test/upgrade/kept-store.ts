import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unpack } from './packed.ts'

const fixtures = join(import.meta.dirname, '../fixtures/stores')

/** Puts the embedded store that a version has left into a data folder. */
export function keptEmbedded(version: string, dataDir: string): void {
  const input = unpack(readFileSync(join(fixtures, `${version}-embedded.tar.zst`)))
  execFileSync('tar', ['-C', dataDir, '-x'], { input })
}

/** What a version has left in Redis, as an RDB file. */
export function keptRedis(version: string): Buffer {
  return unpack(readFileSync(join(fixtures, `${version}-redis.rdb.zst`)))
}
