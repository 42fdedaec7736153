import { execFile } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const parts = ['src', 'workers', 'queues', 'config', 'scenes', 'package.json', 'package-lock.json', 'tsconfig.json']
const run = promisify(execFile)

/** A git repository with this project in it, and a checkout of it that an installation runs from. */
export interface Checkout {
  home: string
  /** Commits these files (path to content) to the repository; the checkout learns of it by a fetch. Resolves to the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>
}

/** The browser app is left as it is: building it takes longer than all the rest. */
const noBuild = 'export async function buildDashboard() {}\n'

export async function aCheckout(dir: string, files: Readonly<Record<string, string>>): Promise<Checkout> {
  const origin = join(dir, 'origin')
  const home = join(dir, 'home')
  const git = async (cwd: string, ...args: string[]) => {
    const as = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
    return (await run('git', [...as, ...args], { cwd })).stdout.trim()
  }
  await mkdir(origin, { recursive: true })
  await git(origin, 'init', '--quiet', '--initial-branch', 'main')
  const listed = await git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...parts)
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    await mkdir(dirname(join(origin, file)), { recursive: true })
    await cp(join(root, file), join(origin, file))
  }
  const commit = async (changed: Readonly<Record<string, string>>): Promise<string> => {
    for (const [file, text] of Object.entries(changed)) {
      await mkdir(dirname(join(origin, file)), { recursive: true })
      await writeFile(join(origin, file), text)
    }
    await git(origin, 'add', '--all')
    await git(origin, 'commit', '--quiet', '--message', 'a version')
    return git(origin, 'rev-parse', 'HEAD')
  }
  await commit({ 'src/dashboard/build.ts': noBuild, ...files })
  await git(dir, 'clone', '--quiet', origin, home)
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'), 'dir')
  return { home, commit }
}
