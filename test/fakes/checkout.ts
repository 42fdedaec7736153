import { cp, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { aRepository, type Files, git } from './repository.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const parts = ['src', 'workers', 'queues', 'config', 'scenes', 'package.json', 'package-lock.json', 'tsconfig.json']

/** A git repository with this project in it, and a checkout of it that an installation runs from. */
export interface Checkout {
  home: string
  /** Commits these files to the repository; the checkout learns of it by a fetch. Resolves to the commit. */
  commit(files: Files): Promise<string>
}

/** The browser app is left as it is: building it takes longer than all the rest. */
const noBuild = 'export async function buildDashboard() {}\n'

export async function aCheckout(dir: string, files: Files): Promise<Checkout> {
  const origin = join(dir, 'origin')
  const home = join(dir, 'home')
  const { commit, clone } = await aRepository(origin)
  const listed = await git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...parts)
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    await mkdir(dirname(join(origin, file)), { recursive: true })
    await cp(join(root, file), join(origin, file))
  }
  await commit({ 'src/dashboard/build.ts': noBuild, ...files })
  await clone(home)
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'), 'dir')
  return { home, commit }
}
