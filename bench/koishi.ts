import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { print } from './figures.ts'
import { type BenchServer, startProgram } from './server.ts'

const folder = fileURLToPath(new URL('./koishi/', import.meta.url))

/** Installs what bench/koishi/package-lock.json names, when it is not there yet. False, with a sentence, when it cannot be had. */
export function hasKoishi(): boolean {
  // npm writes this last: an installation that was broken off is begun anew.
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return true
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status === 0) return true
  print('Koishi could not be installed from the npm registry (is there a network?): there is nothing to compare with.')
  print('Once it is there, `npm run bench onebot` needs no network: npm ci --prefix bench/koishi --ignore-scripts\n')
  return false
}

/** Koishi 4 with the OneBot adapter, echoing in the least way there is, or by a command like ours. */
export function startKoishi(selfId: string, echo: 'middleware' | 'command'): Promise<BenchServer> {
  return startProgram(`${folder}echo.cjs`, { selfId, echo })
}
