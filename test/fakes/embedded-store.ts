import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { anEmbeddedFolder } from './embedded-folder.ts'

const DAY_MS = 86_400_000

/** An opened store with nobody in it. */
interface Opened {
  store: EmbeddedStore
  /** What it told of being lost, since it was lent. */
  errors: Error[]
}

const free: Opened[] = []

/**
 * An embedded store, empty, with the tables of the queues. Opening one takes more work than most tests, so those of a test process hand theirs on: `close` empties
 * it for the next. Whoever harms or reopens a store opens their own, in `anEmbeddedFolder`.
 */
export async function anEmbeddedStore(): Promise<EmbeddedStore> {
  const { store, errors } = free.pop() ?? (await open())
  let isBack = false
  return {
    ...store,
    async close() {
      if (isBack) return
      isBack = true
      if (errors.length > 0) throw new AggregateError(errors, 'the embedded store was lost under a test')
      await empty(store)
      free.push({ store, errors })
    },
  }
}

async function open(): Promise<Opened> {
  const folder = await anEmbeddedFolder()
  const errors: Error[] = []
  const store = await openEmbeddedStore({
    dataDir: folder,
    keep: { runsMs: DAY_MS, deliveriesMs: DAY_MS },
    onError: (error) => errors.push(error),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  if (!folder.startsWith(tmpdir())) throw new Error(`${folder} would be removed`)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return { store, errors }
}

/** Every table but those that say which version it is; numbers begin anew. */
async function empty({ pool }: EmbeddedStore): Promise<void> {
  await pool.query(`
    DO $$
    DECLARE tables text;
    BEGIN
      SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO tables FROM pg_tables
      WHERE schemaname IN ('huitou', 'bullmq') AND tablename NOT LIKE '%migration%' AND tablename <> 'last_number';
      EXECUTE 'TRUNCATE ' || tables || ' RESTART IDENTITY CASCADE';
    END $$;
    UPDATE huitou.last_number SET value = 0;
    ALTER SEQUENCE huitou.position RESTART`)
}
