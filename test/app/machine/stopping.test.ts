import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../../config/read.ts'
import type { Machine } from '../../../src/app/machine/machine.ts'
import { openStopping } from '../../../src/app/machine/stopping.ts'
import { openSides } from '../../../src/app/sides.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'

const never = (): Promise<never> => new Promise(() => undefined)

function aLog() {
  const lines: Record<string, unknown>[] = []
  const nothing = (): void => undefined
  const keep = (fields: object): void => void lines.push({ ...fields })
  return { lines, log: { debug: nothing, info: nothing, warn: keep, error: nothing } }
}

test('what never closes, or fails to, is named, and keeps nothing else from being closed', async () => {
  const { lines, log } = aLog()
  const stopping = openStopping({ drainMs: 20, closeMs: 30 }, log)
  const closed: string[] = []
  await stopping.close('a quick one', async () => void closed.push('quick'))
  await stopping.close('a broken one', () => Promise.reject(new Error('it is stuck')))
  await stopping.close('an endless one', never)
  // The deadline has struck.
  await stopping.close('one more endless one', never)
  await stopping.close('the last one', async () => void closed.push('last'), 1_000)
  expect(closed).toEqual(['quick', 'last'])
  expect(lines).toEqual([
    { what: 'a broken one', error: 'it is stuck' },
    { what: 'an endless one' },
    { what: 'one more endless one' },
  ])
})

test('all that closes at a time has the same deadline, not one after the other', async () => {
  const { log } = aLog()
  const stopping = openStopping({ drainMs: 0, closeMs: 200 }, log)
  const startedAt = performance.now()
  for (let count = 0; count < 20; count++) await stopping.close(`endless ${count}`, never)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})

test('the store is closed although what listens to it never stops listening', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stopping-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const store = await anEmbeddedStore()
  onTestFinished(() => store.close())
  let isClosed = false
  const openStore: Machine['openStore'] = async () => ({
    store: {
      ...store,
      signals: { ...store.signals, subscribe: async () => never },
      close: async () => {
        isClosed = true
      },
    },
    queuesAt: { kind: 'embedded', pool: store.pool },
  })
  const { lines, log } = aLog()
  const config = readConfig({ TZ: 'UTC', DATA_DIR: folder, SCENE_DIRS: folder }, () => undefined)
  const sides = await openSides(config, { log, now: Date.now, openStore })
  await sides.close(openStopping({ drainMs: 0, closeMs: 300 }, log))
  expect(isClosed).toBe(true)
  expect(lines).toContainEqual({ what: 'the exchange between processes' })
})
