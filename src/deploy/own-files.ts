import { existsSync } from 'node:fs'
import { copyFile, lstat, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { whyOf } from '../core/text/why.ts'
import { RunError, run } from './run.ts'

/** Where an installation keeps what is its own. */
const ownFolders = ['config', 'scenes']

/**
 * Copies what of `config/` and `scenes/` is the installation's own into a release, and resolves to its paths. Where git
 * keeps the installation, that is what git does not know. Elsewhere it is what the release does not bring, so its own
 * files are never covered. A release is a copy: what lies behind a link is copied, and a later change of it waits for
 * the next deploy. Throws RunError when nobody can say what is its own.
 */
export async function copyOwnFiles(home: string, folder: string): Promise<string[]> {
  const unknown = await unknownToGit(home)
  const apart = [await realpath(home), await realpath(folder)]
  const copied: string[] = []
  for (const start of unknown ?? ownFolders) {
    if (unknown !== undefined) await dropLink(join(folder, start))
    for await (const file of filesIn(home, start, apart)) {
      const to = join(folder, file)
      if (unknown === undefined && existsSync(to)) continue
      await named(file, async () => {
        await mkdir(dirname(to), { recursive: true })
        await copyFile(join(home, file), to)
      })
      copied.push(file)
    }
  }
  return copied
}

/** What does not go is told with the file that it is about: the disk's own words name at most a place in the release. */
async function named<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw new RunError(`your own ${file} cannot come along: ${whyOf(error)}`, { cause: error })
  }
}

/** A release that was copied from a folder may have the link itself, through which the originals would be written. */
async function dropLink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSymbolicLink()) await rm(path)
}

/**
 * Files and folders that git does not know, and submodules, which a release of git comes without. Undefined when git
 * does not keep this installation.
 */
async function unknownToGit(home: string): Promise<string[] | undefined> {
  const list = async (...which: string[]): Promise<string[]> => {
    const listed = await run('git', ['ls-files', '-z', ...which, '--', ...ownFolders], { cwd: home })
    return listed.split('\0').filter((name) => name !== '')
  }
  try {
    // Another folder's repository may lie around it, as that of a home directory, which knows nothing of these files.
    const known = await list('--stage')
    if (known.length === 0) return undefined
    const submodules = known
      .filter((line) => line.startsWith('160000 '))
      .map((line) => line.slice(line.indexOf('\t') + 1))
    return [...(await list('--others')).map((name) => name.replace(/\/$/, '')), ...submodules]
  } catch (error) {
    if (!existsSync(join(home, '.git'))) return undefined
    throw new RunError(
      `git does not say which files of config/ and scenes/ are your own, so none would come along (${whyOf(error).replaceAll('\n', ' ')}). ` +
        'Mend that, or take .git away: then all that the release does not bring counts as your own',
    )
  }
}

/**
 * The files at a path and below it, links followed. Repositories of their own come without their history. A link that
 * leads to nothing is passed over, and so is one that leads to a folder of `above` or around one, where the walk came
 * from or what is being written lies.
 */
async function* filesIn(home: string, path: string, above: readonly string[]): AsyncGenerator<string> {
  const found = await stat(join(home, path)).catch((error: NodeJS.ErrnoException) => {
    // Gone meanwhile, or a link to nothing or to itself.
    if (error.code === 'ENOENT' || error.code === 'ELOOP') return undefined
    throw new RunError(`your own ${path} cannot come along: ${whyOf(error)}`, { cause: error })
  })
  if (found?.isFile()) yield path
  if (!found?.isDirectory()) return
  const real = await realpath(join(home, path))
  if (above.some((folder) => `${folder}${sep}`.startsWith(`${real}${sep}`))) return
  for (const name of (await named(path, () => readdir(real))).toSorted()) {
    if (name !== '.git') yield* filesIn(home, join(path, name), [...above, real])
  }
}
