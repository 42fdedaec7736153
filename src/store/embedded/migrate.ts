import { readFile } from 'node:fs/promises'
import { UsageError } from '../../core/errors.ts'
import type { Pool } from './postgres/pool.ts'

/** In order; one that was released is never changed, only followed by another. */
const migrations = ['0001-runs', '0002-outbox', '0003-rooms', '0004-waits', '0005-rows', '0006-doubt']

/** Brings the store's own tables and functions to this version. Throws when the data was written by a newer one. */
export async function migrate(pool: Pool): Promise<void> {
  await pool.transaction(async () => {
    await pool.query(`
      CREATE SCHEMA IF NOT EXISTS huitou;
      CREATE TABLE IF NOT EXISTS huitou.migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`)
    const { rows } = await pool.query('SELECT name FROM huitou.migration')
    const applied = new Set<string>(rows.map(({ name }) => name))
    const unknown = [...applied].find((name) => !migrations.includes(name))
    if (unknown !== undefined) {
      throw new UsageError(
        `the data was written by a newer Huitou (it has ${unknown}): run that version, or restore a backup from before it`,
      )
    }
    for (const name of migrations.filter((one) => !applied.has(one))) {
      await pool.query(await readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8'))
      await pool.query('INSERT INTO huitou.migration (name) VALUES ($1)', [name])
    }
  })
}
