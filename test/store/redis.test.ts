import { setTimeout as after } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { openRedisStore } from '../../src/store/redis/index.ts'
import type { Store } from '../../src/store/store.ts'
import { aDelivery, aLine, aPermit, aRun, day, mustStart, noon, sentAt, unique } from '../contracts/store/samples.ts'
import { storeContract } from '../contracts/store.ts'
import { type RedisServer, type RedisServerOptions, startRedisServer } from '../fakes/redis-server.ts'

const shared = await startRedisServer()
const hush = () => undefined

describe.skipIf(shared === undefined)('redis', () => {
  storeContract('redis', async () => {
    const url = theServer(shared).url
    let store = await openRedisStore({ url, onError: hush })
    return {
      store,
      reopen: async () => {
        await store.close()
        store = await openRedisStore({ url, onError: hush })
        return store
      },
      close: async () => {
        await store.close()
        await shared?.stop()
      },
    }
  })

  describe('when Redis is away', () => {
    const opened: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const close of opened.splice(0).toReversed()) await close()
    })
    async function serverOf(options: RedisServerOptions = {}): Promise<RedisServer> {
      const server = theServer(await startRedisServer(options))
      opened.push(server.stop)
      return server
    }
    async function storeOn(server: RedisServer): Promise<Store> {
      const store = await openRedisStore({ url: server.url, onError: hush })
      opened.push(store.close)
      return store
    }

    test('down at start: it opens, refuses, and works once Redis is there', async () => {
      const server = await serverOf({ down: true })
      const store = await within(1_500, storeOn(server))
      await refusesEverything(store)
      await server.restart()
      await untilUp(store)
      await mustStart(store, aRun(), noon)
      await hearsItself(store)
    })

    test('frozen at start: it opens, refuses, and works once Redis answers', async () => {
      const server = await serverOf()
      server.pause()
      const store = await within(1_500, storeOn(server))
      await refusesEverything(store)
      server.resume()
      await untilUp(store)
      await hearsItself(store)
    })

    test('frozen: every operation is refused within 1.5 s, and all goes on when it wakes', async () => {
      const server = await serverOf()
      const store = await storeOn(server)
      const heard = Promise.withResolvers<unknown>()
      await store.signals.subscribe('topic', heard.resolve)
      server.pause()
      await refusesEverything(store)
      server.resume()
      await untilUp(store)
      await mustStart(store, aRun(), noon)
      await store.signals.publish('topic', 'awake')
      expect(await heard.promise).toBe('awake')
    })

    test('killed: nothing that was answered is lost, and it recovers by itself', async () => {
      const server = await serverOf()
      const store = await storeOn(server)
      const line = aLine()
      const run = aRun()
      const delivery = aDelivery(line)
      const heard: unknown[] = []
      await store.signals.subscribe('topic', (payload) => heard.push(payload))
      const { number } = await mustStart(store, run, noon)
      await store.outbox.offer([delivery], { permit: aPermit(noon) })
      await server.kill9()
      await refusesEverything(store)
      await server.restart()
      await untilUp(store)
      expect(await store.runs.find(run.id)).toMatchObject({ number, state: 'running', task: run.task })
      expect(await store.outbox.applyVerdict(delivery.id, 1, sentAt(noon), noon)).toEqual({ more: false })
      // Scripts are gone from the new server: they are sent again, unasked.
      expect((await store.runs.create(aRun(), noon)).run.number).toBe(number + 1)
      await until(async () => {
        await store.signals.publish('topic', 'back')
        return heard.length > 0
      })
    })

    test('full: what would add is refused, what reads goes on, and it recovers', async () => {
      const server = await serverOf({ args: ['--maxmemory', '6mb'] })
      const store = await storeOn(server)
      const run = aRun()
      await store.runs.create(run, noon)
      const fill = async (size: number) => {
        const file = { name: 'a', type: 'b', bytes: new Uint8Array(size), expiresAt: noon }
        for (let i = 0; i < 100; i++) await store.files.put({ ...file, id: unique('file') })
      }
      for (const size of [500_000, 10_000]) await expect(fill(size)).rejects.toBeInstanceOf(StoreUnavailableError)
      let refused = aRun()
      const start = async () => {
        for (let i = 0; i < 500; i++) {
          refused = aRun()
          await store.runs.start(refused, noon, 1_000)
        }
      }
      await expect(start()).rejects.toBeInstanceOf(StoreUnavailableError)
      expect(await store.runs.find(run.id)).toBeDefined()
      expect(await store.runs.find(refused.id)).toBeUndefined()
      await store.sweep(noon + 1, 1_000)
      await until(async () => (await store.runs.start(refused, noon, 1_000).catch(() => undefined))?.state === 'go')
    })

    test('a closed store refuses', async () => {
      const server = await serverOf()
      const store = await storeOn(server)
      await store.close()
      await expect(store.ping()).rejects.toBeInstanceOf(StoreUnavailableError)
      await store.close()
    })

    test('a call that is wrong is not called unavailable', async () => {
      const store = await storeOn(await serverOf())
      await expect(store.outbox.pause('staff', Number.NaN)).rejects.not.toBeInstanceOf(StoreUnavailableError)
    })
  })

  test('in a cluster all it keeps lies in one slot', async () => {
    const server = theServer(await startRedisServer({ args: ['--cluster-enabled', 'yes'] }))
    const node = new Redis(server.url)
    await node.cluster('ADDSLOTSRANGE', 0, 16_383)
    const store = await openRedisStore({ url: server.url, prefix: 'ours', onError: hush })
    const line = aLine()
    const delivery = aDelivery(line, { taskId: 'task-1' })
    // A script that touches a second slot is refused by the server: CROSSSLOT.
    await until(async () => {
      const { run } = await store.runs.create(aRun({ id: 'task-1' }), noon)
      return run.number > 0
    })
    await mustStart(store, aRun({ id: 'task-1' }), noon)
    await store.steps.save('task-1', 'step', 1)
    await store.outbox.offer([delivery], { permit: aPermit(noon, { chat: [{ count: 1, windowMs: 1_000 }] }) })
    await store.outbox.applyVerdict(delivery.id, 1, sentAt(noon), noon)
    await store.runs.finish('task-1', 1, { state: 'done' }, [], noon)
    await store.shares.priority('short', 'staff:a')
    await store.grants.put({ subject: 'a', scene: 'b', command: 'c', by: 'd', at: noon }, 'd', noon)
    await store.settings.claim('name', 'value', noon, noon)
    await store.conversations.append('chat', [{ id: 'a', entry: 1 }], 1)
    await store.leases.take('name', 'holder', noon, 1_000)
    await store.counters.add('name', 1, noon, 1_000)
    const kept = await node.keys('*')
    expect(kept.length).toBeGreaterThan(15)
    expect(kept.filter((key) => !key.startsWith('{ours}:'))).toEqual([])
    expect(await store.sweep(noon + 365 * day, 100)).toBe(3)
    await store.close()
    node.disconnect()
    await server.stop()
  })

  test('signals reach another process', async () => {
    const server = theServer(await startRedisServer())
    const [here, there] = await Promise.all(
      [1, 2].map(() => openRedisStore({ url: server.url, onError: hush })) as [Promise<Store>, Promise<Store>],
    )
    const heard = Promise.withResolvers<unknown>()
    await there.signals.subscribe('cancel', heard.resolve)
    await here.signals.publish('cancel', { taskId: 'task-1' })
    expect(await heard.promise).toEqual({ taskId: 'task-1' })
    await Promise.all([here.close(), there.close()])
    await server.stop()
  })
})

function theServer(server: RedisServer | undefined): RedisServer {
  if (server === undefined) throw new Error('these tests need redis-server')
  return server
}

/** One operation of each part, all at once: each throws StoreUnavailableError within 1.5 s. */
async function refusesEverything(store: Store): Promise<void> {
  const line = aLine()
  const begun = Date.now()
  const results = await Promise.allSettled([
    store.ping(),
    store.runs.create(aRun(), noon),
    store.runs.start(aRun(), noon, 1_000),
    store.runs.find('task-1'),
    store.runs.list({}, 10),
    store.steps.save('task-1', 'step', 1),
    store.outbox.offer([aDelivery(line)], { permit: aPermit(noon) }),
    store.outbox.take(line, aPermit(noon)),
    store.outbox.waiting(),
    store.shares.priority('short', 'staff:a'),
    store.grants.allows({ subjects: ['a'], scene: 'b', command: 'c' }, noon),
    store.leases.take('name', 'holder', noon, 1_000),
    store.counters.get('name', noon),
    store.settings.get('name', noon),
    store.files.get('file-1', noon),
    store.conversations.read('chat', 0, 10),
    store.signals.publish('topic-2', 1),
    store.signals.subscribe('topic-2', hush),
    store.sweep(0, 10),
  ])
  expect(Date.now() - begun).toBeLessThan(1_500)
  for (const result of results) {
    expect(result.status === 'rejected' && result.reason).toBeInstanceOf(StoreUnavailableError)
    expect(result.status === 'rejected' && result.reason.cause).toBeInstanceOf(Error)
  }
}

async function hearsItself(store: Store): Promise<void> {
  const heard = Promise.withResolvers<unknown>()
  await until(async () => {
    await store.signals.subscribe('topic', heard.resolve).catch(() => undefined)
    await store.signals.publish('topic', 'hello')
    return Promise.race([heard.promise.then(() => true), after(50, false)])
  })
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const begun = Date.now()
  const result = await work
  expect(Date.now() - begun).toBeLessThan(limitMs)
  return result
}

async function untilUp(store: Store): Promise<void> {
  await until(async () => {
    await store.ping()
    return true
  })
}

/** Asks again until it says yes; a store that is still away counts as no. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const answer = await isSo().catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) return false
      throw error
    })
    if (answer) return
    if (Date.now() > deadline) throw new Error('it did not come true in time')
    await after(20)
  }
}
