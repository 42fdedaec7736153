import { cp, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { RunError, run } from './run.ts'

/** Where the files of a release come from. */
export type Source = { kind: 'git'; remote: string; ref: string | undefined } | { kind: 'folder'; folder: string }

/** Never part of a release: what is made, and what belongs to the installation. */
const leftBehind = new Set(['node_modules', '.git', 'releases', 'data'])

/** The release's name and how its files are put into a folder. Throws RunError when there is no such thing. */
export async function openSource(
  source: Source,
  home: string,
): Promise<{ name: string; putInto(folder: string): Promise<void> }> {
  if (source.kind === 'folder') {
    const from = resolve(home, source.folder)
    return {
      name: basename(from)
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-'),
      putInto: (folder) =>
        cp(from, folder, { recursive: true, filter: (file) => file === from || !isLeftBehind(file, from) }),
    }
  }
  const git = (...args: string[]) => run('git', args, { cwd: home })
  const ref = source.ref ?? (await git('rev-parse', '--abbrev-ref', 'HEAD'))
  if (ref.startsWith('-') || source.remote.startsWith('-')) throw new RunError('a ref or remote begins with no dash')
  await git('fetch', '--quiet', source.remote, ref)
  const commit = await git('rev-parse', 'FETCH_HEAD^{commit}')
  return {
    name: commit.slice(0, 12),
    async putInto(folder) {
      await git('worktree', 'add', '--quiet', '--detach', folder, commit)
      // From here on it is a folder with files, which git knows nothing of.
      await rm(join(folder, '.git'))
      await git('worktree', 'prune')
    },
  }
}

function isLeftBehind(file: string, from: string): boolean {
  return dirname(file) === from && leftBehind.has(basename(file))
}
