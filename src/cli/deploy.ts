import { parseArgs } from 'node:util'
import { loadConfig } from '../../config/read.ts'
import { findUp, giveOrder } from '../deploy/control.ts'
import { openFolders } from '../deploy/folders.ts'
import { prepare } from '../deploy/prepare.ts'
import { RunError } from '../deploy/run.ts'
import type { Source } from '../deploy/sources.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

const MINUTE_MS = 60_000

export const deployCommand: CliCommand = {
  usage: 'deploy --from git|<folder> [--ref <branch, tag or commit>] [--remote origin] [--watch <minutes>] [--migrate]',
  summary: 'fetch, check and start another version in place of the one that runs; back by itself when it is no good',
  async run(words) {
    const { source, watchMs, mayMigrate } = read(words)
    try {
      const home = process.cwd()
      const folders = await openFolders(home)
      const { dataDir, port, redisUrl } = loadConfig()
      await findUp(folders.dir)
      const isEmbedded = redisUrl === undefined
      const folder = await prepare({ home, folders, source, dataDir, port, isEmbedded, mayMigrate, say })
      const { done, why } = await giveOrder(folders.dir, { folder, watchMs }, say)
      if (!done) throw new CliError(`not deployed: ${why}`)
      say('deployed')
    } catch (error) {
      if (error instanceof RunError) throw new CliError(`not deployed: ${error.message}`)
      throw error
    }
  },
}

function read(words: readonly string[]): { source: Source; watchMs: number; mayMigrate: boolean } {
  const options = {
    from: { type: 'string' },
    ref: { type: 'string' },
    remote: { type: 'string', default: 'origin' },
    watch: { type: 'string', default: '5' },
    migrate: { type: 'boolean', default: false },
  } as const
  try {
    const { from, ref, remote, watch, migrate } = parseArgs({ args: [...words], options }).values
    const watchMs = Number(watch) * MINUTE_MS
    if (from !== undefined && watchMs >= 0) {
      const source: Source = from === 'git' ? { kind: 'git', remote, ref } : { kind: 'folder', folder: from }
      return { source, watchMs, mayMigrate: migrate }
    }
  } catch {
    // An option that there is not.
  }
  throw new CliError(`usage: ${deployCommand.usage}`)
}
