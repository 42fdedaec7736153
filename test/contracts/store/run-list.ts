import { describe, expect, test } from 'vitest'
import type { RunFilter } from '../../../src/core/task/run.ts'
import { aRun, mustStart, noon, type RunSample, type StoreUnderTest, unique } from './samples.ts'

export function runListContract(store: StoreUnderTest): void {
  async function create(...samples: RunSample[]): Promise<string[]> {
    const ids: string[] = []
    for (const sample of samples) ids.push((await store().runs.create(aRun(sample), noon)).run.id)
    return ids
  }
  async function idsOf(filter: RunFilter, limit = 100, before?: number): Promise<string[]> {
    return (await store().runs.list(filter, limit, before)).map((run) => run.id)
  }

  describe('runs: the list', () => {
    test('is newest first and pages on by number', async () => {
      const channel = unique('channel')
      const ids = await create(...Array.from({ length: 7 }, () => ({ channel })))
      const newestFirst = ids.toReversed()
      const first = await store().runs.list({ channel }, 3)
      expect(first.map((run) => run.id)).toEqual(newestFirst.slice(0, 3))
      expect(await idsOf({ channel }, 3, first.at(-1)?.number)).toEqual(newestFirst.slice(3, 6))
      expect(await idsOf({ channel })).toEqual(newestFirst)
      expect(await idsOf({}, 7)).toEqual(newestFirst)
    })

    test('filters by person, channel and chat', async () => {
      const [channel, other] = [unique('channel'), unique('channel')]
      const [a, b, c] = await create(
        { channel, owner: `${channel}:a`, chat: 'one' },
        { channel, owner: `${channel}:b`, chat: 'one' },
        { channel: other, owner: `${channel}:a`, chat: 'two' },
      )
      expect(await idsOf({ user: `${channel}:a` })).toEqual([c, a])
      expect(await idsOf({ user: `${channel}:a`, channel })).toEqual([a])
      expect(await idsOf({ channel, chat: 'one' })).toEqual([b, a])
      expect(await idsOf({ channel, chat: 'two' })).toEqual([])
    })

    test('filters by state, live ones and ended ones', async () => {
      const channel = unique('channel')
      const [waiting = '', running = '', done = '', failed = ''] = await create(...Array(4).fill({ channel }))
      await mustStart(store(), aRun({ id: running, channel }), noon)
      for (const [id, state] of [
        [done, 'done'],
        [failed, 'failed'],
      ] as const) {
        await mustStart(store(), aRun({ id, channel }), noon)
        await store().runs.finish(id, 1, { state }, [], noon)
      }
      expect(await idsOf({ channel, states: ['waiting'] })).toEqual([waiting])
      expect(await idsOf({ channel, states: ['waiting', 'running'] })).toEqual([running, waiting])
      expect(await idsOf({ channel, states: ['failed', 'running'] })).toEqual([failed, running])
      await store().runs.reopen(failed, [], noon)
      expect(await idsOf({ channel, states: ['waiting'] })).toEqual([failed, waiting])
      expect(await idsOf({ user: `${channel}:zhangsan`, states: ['done'] })).toEqual([done])
    })

    test('filters by command, scene and all or a built-in', async () => {
      const channel = unique('channel')
      const [echo, sleep, help] = await create(
        { channel, command: 'demo echo' },
        { channel, command: 'demo sleep' },
        { channel, command: 'help' },
      )
      expect(await idsOf({ channel, command: 'demo echo' })).toEqual([echo])
      expect(await idsOf({ channel, command: 'demo sleep' })).toEqual([sleep])
      expect(await idsOf({ channel, command: 'help' })).toEqual([help])
      expect(await idsOf({ channel, command: 'demo' })).toEqual([])
    })

    test('finds a part of the text or of the id, in either case, with no wildcards', async () => {
      const channel = unique('channel')
      const [percent, report, plain = ''] = await create(
        { channel, text: 'demo echo 100%_done' },
        { channel, text: '生成周报 Weekly' },
        { channel, text: 'nothing' },
      )
      expect(await idsOf({ channel, q: '%_d' })).toEqual([percent])
      expect(await idsOf({ channel, q: '%d' })).toEqual([])
      expect(await idsOf({ channel, q: '周报 weekly' })).toEqual([report])
      expect(await idsOf({ channel, q: plain.slice(2) })).toEqual([plain])
      expect(await idsOf({ channel, q: '\\' })).toEqual([])
    })
  })
}
