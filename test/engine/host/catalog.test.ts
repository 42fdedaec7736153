import { EventEmitter, once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import type { Catalog } from '../../../src/core/command/catalog.ts'
import { type CatalogOptions, type WatchedCatalog, watchCatalog } from '../../../src/engine/host/catalog.ts'
import { openSlots } from '../../../src/engine/host/slots.ts'
import { aScene, aSceneFolder, type SceneFolder, silent } from '../scene-folder.ts'

const says = (text: string): Record<string, string> => ({ say: `() => '${text}'` })

interface Watched extends WatchedCatalog {
  /** The next change's catalog, brought about by `change`. */
  after(change: () => Promise<void>): Promise<Catalog>
  /** What `try say` answers in a fresh slot, or why not. */
  answer(scene?: string): Promise<string>
}

async function watched(folder: SceneFolder, options: Partial<CatalogOptions> = {}): Promise<Watched> {
  const changes = new EventEmitter()
  const onChange = (): void => void changes.emit('change')
  const scenes = await watchCatalog({ sceneDirs: [folder.path], log: silent, onChange, ...options })
  onTestFinished(() => scenes.close())
  return {
    ...scenes,
    async after(change) {
      const changed = once(changes, 'change')
      await change()
      await changed
      return scenes.catalog()
    },
    async answer(scene = 'try') {
      const slots = openSlots({ isolation: 'thread', size: 1, sources: scenes.sources, log: silent })
      const message = {
        id: 'm1',
        from: { channel: 'console', chat: 'c', chatKind: 'private' as const },
        sender: { id: 'ann' },
        text: '',
        parts: [],
        receivedAt: 0,
      }
      const route = { scene, command: 'say', rest: '' }
      const run = { runId: 'r1', route, message, lang: 'zh' as const, attempt: 1, taskNumber: 1 }
      const calls = { call: async () => undefined, progress() {}, log() {}, begun() {} }
      const end = await slots.run(run, calls, new AbortController().signal, 100)
      await slots.close()
      const part = end.state === 'done' ? end.parts[0] : undefined
      return part?.kind === 'text' ? part.text : JSON.stringify(end)
    },
  }
}

const names = (catalog: Catalog): string[] => catalog.scenes.map((scene) => scene.name)

test('scenes are found two folders deep, those under public are public, and the first folder wins', async () => {
  const mine = await aSceneFolder({
    'demo.ts': aScene('demo', says('mine')),
    'team/a/deep.ts': aScene('deep', says('')),
  })
  const shipped = await aSceneFolder({
    'public/demo.ts': aScene('demo', says('shipped')),
    'public/open.ts': aScene('open', says('')),
    'a/b/c/too-deep.ts': aScene('too-deep', says('')),
    'node_modules/x/x.ts': aScene('x', says('')),
    'notes.test.ts': 'throw new Error()',
  })
  const { catalog } = await watched(mine, { sceneDirs: [mine.path, shipped.path, '/no/such/folder'] })
  expect(catalog().scenes.map((scene) => [scene.name, scene.isPublic])).toEqual([
    ['demo', false],
    ['deep', false],
    ['open', true],
  ])
  expect(catalog().faults).toEqual([])
})

test('a folder beside a scene of its name is not searched, and loaded when the scene wants it', async () => {
  const folder = await aSceneFolder({
    'try.ts': aScene('try', { say: "async () => (await import('./try/word.ts')).word" }),
    'try/word.ts': "export const word = 'mine'",
    'try/broken.ts': 'export default {',
    'try/deep/other.ts': aScene('other', says('')),
  })
  const watching = await watched(folder)
  expect(names(watching.catalog())).toEqual(['try'])
  expect(watching.catalog().faults).toEqual([])
  expect(await watching.answer()).toBe('mine')
})

test('the shipped scenes load without a fault', async () => {
  const { catalog } = await watched(await aSceneFolder(), { sceneDirs: ['src/scenes'] })
  expect(catalog().faults).toEqual([])
  expect(catalog().scenes.map((scene) => [scene.name, scene.isPublic])).toEqual([
    ['act_demo', false],
    ['group', false],
    ['report', false],
    ['chat', true],
    ['demo', true],
    ['picture', true],
    ['pub_demo', true],
    ['replies', true],
    ['stats', true],
  ])
})

test('a change is served, also in what a scene imports', async () => {
  const folder = await aSceneFolder({
    'try.ts': aScene('try', { say: '() => word' }, "import { word } from './parts/word.ts'"),
    'parts/word.ts': "export const word: string = 'one'",
  })
  const scenes = await watched(folder)
  expect(await scenes.answer()).toBe('one')
  await scenes.after(() => folder.write('parts/word.ts', "export const word: string = 'two'"))
  expect(await scenes.answer()).toBe('two')
  expect(names(await scenes.after(() => folder.write('new.ts', aScene('new', says('hi')))))).toEqual(['new', 'try'])
  expect(names(await scenes.after(() => folder.remove('try.ts')))).toEqual(['new'])
})

test('a broken file is a fault with its line, and what it was goes on', async () => {
  const folder = await aSceneFolder({ 'try.ts': aScene('try', says('good')), 'other.ts': aScene('other', says('one')) })
  const scenes = await watched(folder)
  const broken = await scenes.after(() => folder.write('try.ts', 'const a: number = = 1\n'))
  expect(broken.faults).toEqual([{ file: `${folder.path}/try.ts`, line: 1, message: 'Expression expected' }])
  expect(names(broken)).toEqual(['other', 'try'])
  expect(await scenes.answer()).toBe('good')

  const changed = await scenes.after(() => folder.write('other.ts', aScene('other', says('two'))))
  expect(changed.faults).toHaveLength(1)
  expect([await scenes.answer(), await scenes.answer('other')]).toEqual(['good', 'two'])

  const mended = await scenes.after(() => folder.write('try.ts', aScene('try', says('better'))))
  expect(mended.faults).toEqual([])
  expect(await scenes.answer()).toBe('better')
})

test('a scene whose import broke goes on with the import as it was', async () => {
  const folder = await aSceneFolder({
    'try.ts': aScene('try', { say: '() => word' }, "import { word } from './parts/word.ts'"),
    'parts/word.ts': "export const word = 'one'",
  })
  const scenes = await watched(folder)
  const { faults } = await scenes.after(() => folder.write('parts/word.ts', '\nexport const word = missing\n'))
  expect(faults).toContainEqual({ file: `${folder.path}/parts/word.ts`, line: 2, message: 'missing is not defined' })
  expect(faults).toContainEqual({
    file: `${folder.path}/try.ts`,
    message: `${folder.path}/parts/word.ts:2: missing is not defined`,
  })
  expect(await scenes.answer()).toBe('one')
  await scenes.after(() => folder.remove('parts/word.ts'))
  expect(await scenes.answer()).toBe('one')
})

test.each([
  ['a name that is declared twice', 'const a = 1\n\nlet a = 2\n', 3, /already been declared/],
  ['a package that is not there', "\nimport x from 'no-such-package'\n", 2, /Cannot find package 'no-such-package'/],
  ['an import that is not exported', "\n\nimport { nothing } from '#scene'\n", 3, /does not provide an export named/],
  ['TypeScript that cannot be stripped', 'export default 1\nenum Colour { red }\n', 2, /enum is not supported/],
  ['a throw', '\n\n\nnull.x\n', 4, /Cannot read properties of null/],
  ['an exit', "import process from 'node:process'\nprocess.exit(1)", undefined, /ended its thread/],
  ['no scene', 'export default 42', undefined, /the default export is no scene/],
])('a file with %s is a fault and stops no other', async (_, source, line, message) => {
  const folder = await aSceneFolder({ 'bad.ts': source, 'try.ts': aScene('try', says('fine')) })
  const { catalog, answer } = await watched(folder)
  expect(catalog().faults).toMatchObject([{ file: `${folder.path}/bad.ts`, message: expect.stringMatching(message) }])
  expect(catalog().faults[0]?.line).toBe(line)
  expect(await answer()).toBe('fine')
})

test('a file that never ends loading is a fault and stops no other', async () => {
  const folder = await aSceneFolder({ 'loop.ts': 'for (;;) {}', 'try.ts': aScene('try', says('fine')) })
  const { catalog, answer } = await watched(folder, { loadMs: 1000 })
  expect(catalog().faults).toEqual([{ file: `${folder.path}/loop.ts`, message: 'it was not loaded within 1 s' }])
  expect(await answer()).toBe('fine')
})

test('a file whose loose ends throw later is to blame, not the one that is loaded then', async () => {
  const folder = await aSceneFolder({
    'a.ts': "setTimeout(() => { throw new Error('loose') })",
    'try.ts': aScene('try', says('fine'), 'await new Promise((done) => setTimeout(done, 200))'),
  })
  const { catalog, answer } = await watched(folder)
  expect(catalog().faults).toEqual([{ file: `${folder.path}/a.ts`, message: 'loose' }])
  expect(await answer()).toBe('fine')
})

test('a folder that is made later is seen', async () => {
  const folder = await aSceneFolder()
  const scenes = await watched(folder, { sceneDirs: [`${folder.path}/later`] })
  expect(names(await scenes.after(() => folder.write('later/try.ts', aScene('try', says('hi')))))).toEqual(['try'])
})

const withSettings = (name: string, run: string): string => `
import { defineScene, refuse, z } from '#scene'
import { readdirSync } from 'node:fs'
const summary = { zh: '试', en: 'try' }
const settings = z.object({ folder: z.string(), key: z.string().optional() })
export default defineScene({ name: '${name}', summary, settings, watches: ({ folder }) => [folder], commands: {
  say: { summary, settings, args: z.object({ text: z.string().default('') }),
    triggers: ({ folder }, warn) => {
      const names = readdirSync(folder)
      if (names.includes('odd')) warn('odd is passed over')
      if (names.includes('bad')) refuse('bad is refused')
      return names.map((exact) => ({ exact }))
    }, run: ${run} } } })`

const triggersOf = ({ scenes }: Catalog, name: string) =>
  scenes.find((scene) => scene.name === name)?.commands[0]?.triggers.map((trigger) => 'text' in trigger && trigger.text)

test('settings are read by the commands of their scene, and its triggers follow what they are made of', async () => {
  const files = await aSceneFolder({ one: '' })
  const folder = await aSceneFolder({ 'try.ts': withSettings('try', "({ settings }) => settings.key ?? 'none'") })
  const scenes = await watched(folder, { settings: { Try: { folder: files.path, key: 'k1' } } })
  expect(scenes.catalog().faults).toEqual([])
  expect(triggersOf(scenes.catalog(), 'try')).toEqual(['one'])
  expect(await scenes.answer()).toBe('k1')
  expect(triggersOf(await scenes.after(() => files.write('two', '')), 'try')).toEqual(['one', 'two'])

  const warned = await scenes.after(() => files.write('odd', ''))
  expect(warned.faults).toEqual([{ file: `${folder.path}/try.ts`, message: 'odd is passed over' }])
  expect(triggersOf(warned, 'try')).toEqual(['odd', 'one', 'two'])
  const refused = await scenes.after(() => files.write('bad', ''))
  expect(refused.faults).toContainEqual({ file: `${folder.path}/try.ts`, message: 'bad is refused' })
  expect(triggersOf(refused, 'try')).toEqual([])
  await scenes.after(() => files.remove('odd'))
  const mended = await scenes.after(() => files.remove('bad'))
  expect(mended.faults).toEqual([])
  expect(triggersOf(mended, 'try')).toEqual(['one', 'two'])
})

test('a wrong setting breaks its scene alone and is told with its place; a name of no scene is told', async () => {
  const secret = 'sk-very-secret-0123'
  const folder = await aSceneFolder({
    'try.ts': withSettings('try', "() => ''"),
    'other.ts': aScene('other', says('fine')),
  })
  const settings = { try: { key: secret, folders: '.' }, other: { key: secret }, tyr: { key: secret } }
  const { catalog } = await watched(folder, { settings })
  expect(catalog().scenes).toEqual([])
  expect(catalog().faults).toEqual([
    { file: `${folder.path}/other.ts`, message: 'scenes.other: this scene has no settings' },
    {
      file: `${folder.path}/try.ts`,
      message: 'scenes.try.folder: is missing; scenes.try: Unrecognized key: "folders"',
    },
    expect.objectContaining({ file: 'scenes.tyr', message: expect.stringContaining('no scene that could be loaded') }),
  ])
  expect(JSON.stringify(catalog())).not.toContain(secret)
})

test('secrets among the settings are in no failure, whoever wrote them there', async () => {
  const secret = 'sk-very-secret-0123'
  const run = "({ settings, log }) => { throw new Error('refused: ' + settings.key.split(' ')[1]) }"
  const folder = await aSceneFolder({ 'try.ts': withSettings('try', run) })
  const scenes = await watched(folder, { settings: { try: { folder: folder.path, key: `Bearer ${secret}` } } })
  const end = await scenes.answer()
  expect(end).toContain('refused: ***')
  expect(end).not.toContain(secret)
})
