/** A process that makes a scratch folder below the root of its argument, and lives until it is killed. */
import { openScratch } from '../../../src/engine/files/scratch.ts'

const [, , root = '', name = ''] = process.argv
await openScratch(root, name, Date.now).make()
process.stdout.write('made\n')
setInterval(() => undefined, 60_000)
