import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  QuotaError,
  RejectedError,
  SetupError,
  StoreUnavailableError,
  UnavailableError,
  UnsureError,
} from '../../src/core/errors.ts'
import { openExchange } from '../../src/store/exchange.ts'
import type { Store } from '../../src/store/store.ts'
import { silent } from '../engine/scene-folder.ts'
import { memoryStore } from '../engine/workshop.ts'

let store: Store
let now: number
let made = 0
let name: string
beforeAll(async () => {
  store = await memoryStore()
})
afterAll(() => store.close())
beforeEach(() => {
  now = 1_800_000_000_000
  name = `account-${++made}`
})

type Exchange = Awaited<ReturnType<typeof openExchange>>
const aProcess = (processId: string): Promise<Exchange> =>
  openExchange({ signals: store.signals, settings: store.settings, processId, now: () => now, log: silent })

test('what is asked in one process is answered in the one that holds the name', async () => {
  const [holder, asker] = [await aProcess('one'), await aProcess('two')]
  await holder.hold(name, async (request) => ({ heard: request }))
  expect(await asker.ask(name, { action: 'x' }, 1_000)).toEqual({ heard: { action: 'x' } })
  expect(await holder.ask(name, 'here', 1_000)).toEqual({ heard: 'here' })
  await Promise.all([holder.close(), asker.close()])
})

test('nobody there is unavailable: nothing was asked', async () => {
  const [holder, asker] = [await aProcess('one'), await aProcess('two')]
  await expect(asker.ask(name, 1, 1_000)).rejects.toThrow(UnavailableError)
  const letGo = await holder.hold(name, async () => 'yes')
  await letGo()
  await expect(asker.ask(name, 1, 1_000)).rejects.toThrow(UnavailableError)
  await holder.hold(name, async () => 'yes')
  now += 15_001 // it died without a word
  await expect(asker.ask(name, 1, 1_000)).rejects.toThrow(UnavailableError)
  await Promise.all([holder.close(), asker.close()])
})

test('a holder that does not answer leaves its asker unsure', async () => {
  const [holder, asker] = [await aProcess('one'), await aProcess('two')]
  await holder.hold(name, () => new Promise(() => {}))
  await expect(asker.ask(name, 1, 50)).rejects.toThrow(UnsureError)
  await Promise.all([holder.close(), asker.close()])
})

test('one who dies while it is asked leaves its asker unsure too', async () => {
  const [holder, asker] = [await aProcess('one'), await aProcess('two')]
  await holder.hold(name, async () => 'yes')
  await holder.close()
  await expect(asker.ask(name, 1, 50)).rejects.toThrow(UnsureError)
  await asker.close()
})

test('a request that was given up is not begun', async () => {
  const [holder, asker] = [await aProcess('one'), await aProcess('two')]
  let isBegun = false
  await holder.hold(name, async () => {
    isBegun = true
  })
  await store.signals.publish('asked:one', { id: 'i', by: 'two', name, request: 1, untilMs: now - 1 })
  await asker.hold(`${name}-other`, async () => 'turn')
  await holder.ask(`${name}-other`, 1, 1_000) // its answer comes behind that request
  expect(isBegun).toBe(false)
  await Promise.all([holder.close(), asker.close()])
})

test('a later holder takes the name over, and the earlier one does not take it back with it', async () => {
  const [first, second, asker] = [await aProcess('one'), await aProcess('two'), await aProcess('three')]
  const letGo = await first.hold(name, async () => 'first')
  await second.hold(name, async () => 'second')
  expect(await asker.ask(name, 1, 1_000)).toBe('second')
  await letGo()
  expect(await asker.ask(name, 1, 1_000)).toBe('second')
  await Promise.all([first, second, asker].map((process) => process.close()))
})

describe('an error of the holder', () => {
  const errors = [
    new RejectedError('no'),
    new UnavailableError('busy'),
    new SetupError('wrong token'),
    new StoreUnavailableError('away'),
    new QuotaError('slowly', 5_000, 'chat'),
    new UnsureError('lost', true),
  ]
  test.each(errors)('%s keeps what it is', async (error) => {
    const [holder, asker] = [await aProcess('one'), await aProcess('two')]
    await holder.hold(name, () => Promise.reject(error))
    const caught = await asker.ask(name, 1, 1_000).catch((thrown: unknown) => thrown)
    expect(caught).toBeInstanceOf(error.constructor)
    expect(caught).toMatchObject({ ...error, message: error.message })
    await Promise.all([holder.close(), asker.close()])
  })
})
