import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { turnsContract } from './store/attempt-keys.ts'
import { piecesContract } from './store/fan-outs.ts'
import { grantsContract } from './store/grants.ts'
import { keepingContract, outlivingContract } from './store/keeping.ts'
import { limitsContract } from './store/limits.ts'
import { orderingKeysContract } from './store/ordering-keys.ts'
import { outboxContract } from './store/outbox.ts'
import { doubtContract } from './store/outbox-doubt.ts'
import { deliveriesEndContract } from './store/outbox-ends.ts'
import { runListContract } from './store/run-list.ts'
import { runsContract } from './store/runs.ts'
import type { OpenedStore } from './store/samples.ts'
import { schedulesContract } from './store/schedules.ts'
import { sharesContract } from './store/shares.ts'
import { signalsContract } from './store/signals.ts'
import {
  conversationsContract,
  countersContract,
  filesContract,
  leasesContract,
  settingsContract,
  stepsContract,
} from './store/small-parts.ts'
import { waitsContract } from './store/waits.ts'

export type { OpenedStore } from './store/samples.ts'

/** The suite that every store signs. It is opened once; `open` gives an empty store. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} keeps the store contract`, () => {
    let opened: OpenedStore | undefined
    const theOpened = () => {
      if (opened === undefined) throw new Error('the store did not open')
      return opened
    }
    const store = () => theOpened().store

    beforeAll(async () => {
      opened = await open()
    })
    afterAll(async () => {
      await opened?.close()
    })

    test('it answers', async () => {
      await expect(store().ping()).resolves.toBeUndefined()
    })
    runsContract(store)
    waitsContract(store)
    runListContract(store)
    turnsContract(store)
    orderingKeysContract(store)
    stepsContract(store)
    piecesContract(store)
    outboxContract(store)
    deliveriesEndContract(store)
    doubtContract(store)
    limitsContract(store)
    schedulesContract(store)
    sharesContract(store)
    grantsContract(store)
    leasesContract(store)
    countersContract(store)
    settingsContract(store)
    filesContract(store)
    conversationsContract(store)
    signalsContract(store)
    keepingContract(store)
    outlivingContract(theOpened)
  })
}
