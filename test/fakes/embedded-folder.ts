import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runMigrations } from 'bullmq'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Before any test: makes the folder that all others are copied from, unless an earlier run has. */
export async function setup(): Promise<void> {
  if (!existsSync(template())) await make(template())
}

/** A data folder for the embedded store, empty of data but made: copied, because making one takes seconds of work. Whoever asks removes it. */
export async function anEmbeddedFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'huitou-embedded-'))
  await copyEmbeddedFolder(folder)
  return folder
}

/** The same in a folder that is there. */
export async function copyEmbeddedFolder(to: string): Promise<void> {
  await cp(template(), to, { recursive: true })
}

let known: string | undefined
function template(): string {
  known ??= join(root, 'node_modules/.cache/huitou', `embedded-${version()}`)
  return known
}

/** Other than before whenever a fresh store would be. */
function version(): string {
  const made = createHash('sha256')
  for (const file of globSync('src/store/embedded/**/*.{ts,sql}', { cwd: root }).toSorted())
    made.update(readFileSync(join(root, file)))
  for (const name of ['bullmq', '@electric-sql/pglite'])
    made.update(readFileSync(join(root, 'node_modules', name, 'package.json')))
  return made.digest('hex').slice(0, 16)
}

async function make(template: string): Promise<void> {
  mkdirSync(join(template, '..'), { recursive: true })
  const scratch = mkdtempSync(`${template}-`)
  const store = await openEmbeddedStore({
    dataDir: scratch,
    keep: { runsMs: 0, deliveriesMs: 0 },
    migrateQueues: runMigrations,
    onError() {},
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  await store.close()
  try {
    renameSync(scratch, template)
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(template)) throw error
    rmSync(scratch, { recursive: true })
  }
}
