import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Catalog, OnSceneChange, SceneFault } from '../../../src/core/command/catalog.ts'
import { type AttemptPorts, runTask } from '../../../src/engine/attempt/run-task.ts'
import { openVersions, VERSION_STEP } from '../../../src/engine/steps/versions.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
let shop: Workshop
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())
beforeEach(async () => {
  shop = await aWorkshop(store)
})

/** An engine whose scene files are as a start has found them: `try` may be missing, files may be broken. */
function startedWith({ hasTry, faults = [], onSceneChange = 'finish' }: Found): AttemptPorts {
  const { scenes } = shop.engine.catalog()
  const found: Catalog = { scenes: scenes.filter(({ name }) => hasTry || name !== 'try'), faults }
  const catalog = () => found
  const versions = openVersions({ store, catalog, pack: () => undefined, onSceneChange, now: shop.engine.now })
  return { ...shop.engine, catalog, versions }
}
interface Found {
  hasTry: boolean
  faults?: SceneFault[]
  onSceneChange?: OnSceneChange
}

const broken: SceneFault[] = [{ file: 'scenes/try.ts', message: 'unexpected token' }]
const linesOf = async (id: string) => (await store.runs.timeline(id)).map(({ kind, text }) => `${kind} ${text ?? ''}`)

test('a task whose scene may be in a broken file waits, says so once in its timeline, and goes on when it is mended', async () => {
  const task = shop.task('try work')
  const start = startedWith({ hasTry: false, faults: broken })
  for (let looks = 0; looks < 3; looks++) {
    expect(await runTask(task, start, never)).toMatchObject({ state: 'waits' })
    expect(await store.runs.find(task.id)).toMatchObject({ state: 'waiting', attempt: 0 })
    shop.pass(60_000)
  }
  expect(shop.said).toEqual([])
  const lines = await linesOf(task.id)
  expect(lines.slice(1)).toEqual(['log it waits for its scene, which may be in a broken file: scenes/try.ts'])
  expect(await runTask(task, startedWith({ hasTry: true }), never)).toEqual({ state: 'done' })
  expect(shop.said).toEqual([`${task.id}: answer`])
})

test('while it waits it holds back nobody who comes after it', async () => {
  const [first, second] = [shop.task('try work'), shop.task('secret show', { sender: 'boss' })]
  await runTask(first, startedWith({ hasTry: false, faults: broken }), never, 'turn-of-one')
  expect(await runTask(second, startedWith({ hasTry: false, faults: broken }), never, 'turn-of-one')).toEqual({
    state: 'done',
  })
})

test.each<[string, Found]>([
  ['no file is broken', { hasTry: false }],
  [
    'what is wrong is in the file of another scene, which is there',
    { hasTry: false, faults: [{ file: 'secret.ts', message: 'a trigger' }] },
  ],
  [
    'what is wrong is a setting',
    { hasTry: false, faults: [{ file: 'scenes.try', message: 'no scene has this name' }] },
  ],
])('a task whose scene is gone ends: %s', async (_why, found) => {
  const task = shop.task('try work')
  expect(await runTask(task, startedWith(found), never)).toEqual({ state: 'refused', why: 'try work is gone' })
})

test('a command that its scene has no more is gone, whatever else is broken', async () => {
  const task = shop.task('try gone')
  const found = startedWith({ hasTry: true, faults: broken })
  expect(await runTask(task, found, never)).toEqual({ state: 'refused', why: 'try gone is gone' })
})

test.each<OnSceneChange>(['stop', 'continue'])(
  'under "%s" a task that has kept something waits for the file to be mended: it has not changed yet',
  async (onSceneChange) => {
    const task = shop.task('try work')
    shop.does(() => ({ state: 'failed', message: 'once more', retry: 'later' }))
    await runTask(task, startedWith({ hasTry: true }), never)
    await store.steps.save(task.id, `${VERSION_STEP}0`, { version: 'v1' })
    const start = startedWith({ hasTry: false, faults: broken, onSceneChange })
    expect(await runTask(task, start, never)).toMatchObject({ state: 'waits' })
  },
)
