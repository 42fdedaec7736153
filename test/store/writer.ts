/** A process that writes to the embedded store as fast as it can and says on its output what was acknowledged; for tests that kill it. */
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { aRun, day, noon } from '../contracts/store/samples.ts'

const [dataDir, round] = process.argv.slice(2)
if (dataDir === undefined || round === undefined) throw new Error('usage: writer.ts <folder> <round>')
const store = await openEmbeddedStore({
  dataDir,
  keep: { runsMs: day, deliveriesMs: day },
  onError: (error) => {
    throw error
  },
  log: { debug() {}, info() {}, warn() {}, error() {} },
})
process.stdout.write('open\n')

let n = 0
async function write(): Promise<never> {
  for (;;) {
    n += 1
    const id = `round-${round}-${n}`
    const { run } = await store.runs.create(aRun({ id }), noon)
    process.stdout.write(`${id} ${run.number}\n`)
  }
}
await Promise.all([write(), write(), write(), write()])
