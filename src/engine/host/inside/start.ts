import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Hosts come and go: with the modules of the one before kept compiled, each starts in half the time. Where this cannot
// be written, all is compiled anew. Not the shared temporary folder: scenes are in it too.
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/hosts'))
await import('./main.ts')
