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
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: Store
let now: number
let made = 0
let name: string
beforeAll(async () => {
  store = await anEmbeddedStore()
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

test('a request that its holder never took was not carried out: unavailable', async () => {
  const [holder, asker] = [await aProcess('one'), await aProcess('two')]
  await holder.hold(name, async () => 'yes')
  await holder.close() // killed: the note that it holds the name stays
  await expect(asker.ask(name, 1, 50)).rejects.toThrow(UnavailableError)
  await asker.close()
})

test('nothing is done before its asker knows that it was taken, and a request that was given up is not begun', async () => {
  const [holder, asker] = [await aProcess('one'), await aProcess('two')]
  let begun = 0
  await holder.hold(name, async () => {
    begun += 1
  })
  const request = { by: 'nobody', name, request: 1 }
  for (const [id, untilMs] of [
    ['never', now + 1_000],
    ['late', now - 1],
  ] as const)
    await store.signals.publish('asked:one', { ...request, id, untilMs })
  await store.signals.publish('begin:one', { id: 'late' })
  await store.signals.publish('begin:one', { id: 'unheard-of' })
  await asker.ask(name, 1, 1_000) // comes behind all of these
  expect(begun).toBe(1)
  await Promise.all([holder.close(), asker.close()])
})

test('an asker that stops is unsure only of what was begun', async () => {
  const [holder, first, second] = [await aProcess('one'), await aProcess('two'), await aProcess('three')]
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  await holder.hold(name, () => {
    resolve()
    return new Promise(() => {})
  })
  const unsure = expect(first.ask(name, 1, 5_000)).rejects.toThrow(UnsureError)
  await begun
  await first.close()
  await unsure
  await store.settings.set(`exchange:${name}-dead`, 'dead', now + 10_000)
  const unavailable = expect(second.ask(`${name}-dead`, 1, 5_000)).rejects.toThrow(UnavailableError)
  await store.ping()
  await second.close()
  await unavailable
  await holder.close()
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
