import type { Log } from '../../core/log.ts'
import type { Pool } from './postgres/pool.ts'

const LOOK_EVERY_MS = 5_000
const CLEAN_EVERY_MS = 5 * 60_000
/** About 5,000 tasks. */
const CLEAN_AFTER_STATEMENTS = 50_000
/** A table with fewer changed rows is left for the next time. */
const WORTH_IT = 200

/**
 * PGlite has no autovacuum and no checkpointer: without this, tables and PostgreSQL's log only grow, and queues get
 * slow. Table by table, so that other statements go between. `stop` resolves when no cleaning is under way.
 */
export function keepUp(pool: Pool, log: Log, statements: () => number): { stop(): Promise<void> } {
  let cleanedAt = performance.now()
  let cleanedThrough = statements()
  let cleaning = Promise.resolve()
  let isCleaning = false

  function look(): void {
    const news = statements() - cleanedThrough
    if (isCleaning || news === 0) return
    if (news < CLEAN_AFTER_STATEMENTS && performance.now() - cleanedAt < CLEAN_EVERY_MS) return
    isCleaning = true
    cleaning = clean(pool)
      .then((tables) => log.debug({ tables, ms: Math.round(performance.now() - cleanedAt) }, 'embedded store cleaned'))
      // The store is away or full, which its users hear by themselves; the next look tries again.
      .catch((error: Error) => log.warn({ err: error }, 'embedded store not cleaned'))
      .finally(() => {
        isCleaning = false
        cleanedAt = performance.now()
        cleanedThrough = statements()
      })
  }

  const timer = setInterval(look, LOOK_EVERY_MS).unref()
  return {
    stop() {
      clearInterval(timer)
      return cleaning
    },
  }
}

/** Cleans what has changed and writes everything to its place; resolves to how many tables were worth it. */
export async function clean(pool: Pool): Promise<number> {
  // The counts below are otherwise up to a second old, or older when nothing has happened since.
  await pool.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await pool.query(
    `SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables
     WHERE n_dead_tup + n_ins_since_vacuum + n_mod_since_analyze > $1`,
    [WORTH_IT],
  )
  for (const { name } of rows) await pool.query(`VACUUM (ANALYZE) ${name}`)
  await pool.query('CHECKPOINT')
  return rows.length
}
