import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Backend, openBackend } from '../../queues/backend.ts'
import { openTaskQueues } from '../../queues/tasks.ts'
import { lanesChore, openLaneFallback, warnOfLanes } from '../../src/app/lanes.ts'
import type { Catalog } from '../../src/core/command/catalog.ts'
import type { Task } from '../../src/core/task/task.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

const MINUTE_MS = 60_000
let store: EmbeddedStore
let backend: Backend
beforeAll(async () => {
  store = await anEmbeddedStore()
  backend = openBackend({ kind: 'embedded', pool: store.pool }, { leaseMs: 10_000, onError: () => undefined })
})
afterAll(async () => {
  await backend.close()
  await store.close()
})

/** A log that keeps its lines, with the lane or command that each is about. */
function aLog() {
  const lines: string[] = []
  const tell = (fields: { lane?: string; command?: string; moved?: number }, message: string): void =>
    void lines.push([fields.lane ?? fields.command, message, fields.moved ?? []].flat().join(' | '))
  return { lines, log: { debug: tell, info: tell, warn: tell, error: tell } }
}

/** A process with these lanes beside the ones that are always there. */
function aProcess(...own: string[]) {
  const lanes = Object.fromEntries(['long', ...own].map((name) => [name, {}]))
  const tasks = openTaskQueues(backend, Object.keys(lanes))
  onTestFinished(() => tasks.close())
  const { lines, log } = aLog()
  let at = 1_800_000_000_000
  const chore = lanesChore({ lanes }, { store, backend, tasks, now: () => at, log })
  return {
    tasks,
    lines,
    lookAt(minutes: number) {
      at = 1_800_000_000_000 + minutes * MINUTE_MS
      return chore.work()
    },
  }
}

test('what waits in a lane goes on in another when no process has had it for minutes, and the operator is told', async () => {
  const from = { channel: 'staff', chat: 'lisi', chatKind: 'private' as const }
  const message = { id: 'm1', from, sender: { id: 'lisi' }, text: '', parts: [], receivedAt: 0 }
  const task: Task = { id: 'm1', lane: 'rep', priority: 0, message }
  const [has, hasNot] = [aProcess('rep'), aProcess()]
  await has.lookAt(0)
  await has.tasks.add(task)
  await hasNot.lookAt(4)
  await has.lookAt(4)
  await hasNot.lookAt(8)
  expect(await hasNot.tasks.waiting('long', 10)).toEqual([])
  await hasNot.lookAt(10)
  expect(await hasNot.tasks.waiting('long', 10)).toEqual([{ ...task, lane: 'long' }])
  await hasNot.lookAt(11)
  expect(hasNot.lines).toEqual(['rep | tasks of a lane that is gone go on in another | 1'])
  expect(has.lines).toEqual([])
})

test('tasks of a lane that config has not run in the one that is always there, which is told once a lane', () => {
  const { lines, log } = aLog()
  const laneFor = openLaneFallback(new Set(['long', 'cpu']), log)
  expect(['cpu', 'rep', 'rep', 'other', 'long'].map(laneFor)).toEqual(['cpu', 'long', 'long', 'long', 'long'])
  expect(lines.map((line) => line.split(' | ')[0])).toEqual(['rep', 'other'])
})

test('a command that wants a lane which config has not is told at the start and whenever scenes change', () => {
  const { lines, log } = aLog()
  const summary = { zh: '一', en: 'one' }
  const command = { summary, args: [], timeoutMs: 1, attempts: 1, aliases: [], triggers: [] }
  const sceneOf = (lane: string): Catalog['scenes'] => [
    {
      name: '',
      summary,
      isPublic: true,
      file: '',
      commands: [{ ...command, scene: '', name: 'help', lane: 'control' }],
    },
    { name: 'a', summary, isPublic: true, file: 'a.ts', commands: [{ ...command, scene: 'a', name: 'b', lane }] },
  ]
  let scenes = sceneOf('rep')
  let change: (() => void) | undefined
  warnOfLanes(
    { lanes: { long: {} } },
    {
      catalog: () => ({ scenes, faults: [] }),
      onCatalog(listener) {
        change = listener
      },
      log,
    },
  )
  scenes = sceneOf('long')
  change?.()
  scenes = sceneOf('rap')
  change?.()
  expect(lines.map((line) => line.split(' | ')[0])).toEqual([
    'a.ts: a b wants the lane "rep"',
    'a.ts: a b wants the lane "rap"',
  ])
})
