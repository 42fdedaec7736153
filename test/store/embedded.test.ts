import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { storeContract } from '../contracts/store.ts'
import { day } from '../contracts/store/samples.ts'
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

const keep = { runsMs: 7 * day, deliveriesMs: 7 * day }

storeContract('the embedded store', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'huitou-store-'))
  const open = () => openEmbeddedStore({ dataDir, keep, onError: () => {}, log: quiet })
  let store = await open()
  return {
    store,
    async reopen() {
      await store.close()
      store = await open()
      return store
    },
    async close() {
      await store.close()
      await rm(dataDir, { recursive: true })
    },
  }
})
