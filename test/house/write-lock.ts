import { readFileSync, writeFileSync } from 'node:fs'
import { faultsOfLock, readLock, withoutEngines } from './lock.ts'

/* `npm run lock`: what npm has locked, in the form that installs without a word on every machine. */
const file = new URL('../../package-lock.json', import.meta.url)
const lock = withoutEngines(readLock(readFileSync(file, 'utf8')))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
const faults = faultsOfLock(lock)
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`)
  process.exitCode = 1
}
