import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** Path in a folder to content. */
export type Files = Readonly<Record<string, string>>

/** A git repository that others clone. */
export interface Repository {
  /** Resolves to the commit. */
  commit(files: Files): Promise<string>
  clone(to: string): Promise<void>
}

export async function aRepository(folder: string): Promise<Repository> {
  await mkdir(folder, { recursive: true })
  await git(folder, 'init', '--quiet', '--initial-branch', 'main')
  return {
    async commit(files) {
      await writeFiles(folder, files)
      await git(folder, 'add', '--all')
      await git(folder, 'commit', '--quiet', '--message', 'a version')
      return git(folder, 'rev-parse', 'HEAD')
    },
    async clone(to) {
      await git(folder, 'clone', '--quiet', folder, to)
    },
  }
}

/** Resolves to what git prints. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const as = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
  return (await promisify(execFile)('git', [...as, ...args], { cwd })).stdout.trim()
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
}
