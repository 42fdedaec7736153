import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Preset, presetNameSchema } from '../../../src/core/model/preset.ts'
import { type PresetFiles, readPresetFolder, watchPresetFiles } from '../../../src/engine/presets/preset-files.ts'
import { openPresets, type Presets } from '../../../src/engine/presets/presets.ts'
import { PresetFileError, readPreset } from '../../../src/engine/presets/read-preset.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { silent } from '../scene-folder.ts'

let store: EmbeddedStore
let folder: string
let told: { level: string; fields: object; message: string }[]
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())
beforeEach(async () => {
  told = []
  folder = await mkdtemp(join(tmpdir(), 'presets-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

const log = {
  ...silent,
  warn: (fields: object, message: string) => void told.push({ level: 'warn', fields, message }),
  error: (fields: object, message: string) => void told.push({ level: 'error', fields, message }),
}
const write = (name: string, text: string) => writeFile(join(folder, name), text)

async function watched(dir = folder): Promise<PresetFiles> {
  const files = await watchPresetFiles(dir, log)
  onTestFinished(() => files.close())
  return files
}

const namesOf = (files: PresetFiles) => [...files.presets().keys()]

test('a file is its text, and what its front matter says', () => {
  expect(readPreset('plain', '\nBe plain.\n\n')).toEqual({ name: 'plain', text: 'Be plain.' })
  const content =
    '---\r\ntitle: { zh: 翻译, en: Translator }\r\nmodel: big\r\ntemperature: 0.3\r\n---\r\nYou translate.\r\n\r\n---\r\nAlways.'
  expect(readPreset('翻译', content)).toEqual({
    name: '翻译',
    title: { zh: '翻译', en: 'Translator' },
    model: 'big',
    temperature: 0.3,
    text: 'You translate.\n\n---\nAlways.',
  })
  expect(readPreset('one', '---\ntitle: 海盗\n---\nArr.').title).toEqual({ zh: '海盗', en: '海盗' })
  expect(readPreset('empty-front', '\uFEFF---\n---\nArr.')).toEqual({ name: 'empty-front', text: 'Arr.' })
})

test.each([
  ['a', '---\ntemprature: 1\n---\nArr.', /temprature: is no setting; here are: .*temperature/, 2],
  ['a', '---\ntitle: x\ntemperature: hot\n---\nArr.', /^temperature: /, 3],
  ['a', '---\ntitle: { zh: 海盗 }\n---\nArr.', /^title/, 2],
  ['a', '---\ntitle: x\nmodel: [\n---\nArr.', /YAML/, 3],
  ['a', '---\ntitle: x\nArr.', /does not end/, 1],
  ['a', '---\ntitle: x\n---\n  \n', /its text is empty/, 3],
  ['a', 'x'.repeat(20_001), /longer than 20000/, 1],
  ['a', '---\n- a list\n---\nArr.', /front matter/, 2],
  ['Default', 'Arr.', /its name/, undefined],
  ['default', 'Arr.', /another name/, undefined],
  ['two words', 'Arr.', /its name/, undefined],
])('%s.md with %.40j is no preset', (name, content, message, line) => {
  expect(() => readPreset(name, content)).toThrow(message)
  try {
    readPreset(name, content)
  } catch (error) {
    expect(error).toBeInstanceOf(PresetFileError)
    expect(error).toMatchObject({ line })
  }
})

test('whatever a file holds, reading it gives a preset or says why not', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('---\n', 'title: x\n', 'temperature: 3\n', '&a [*a]\n', '\n', '!!js/x '),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        expect(readPreset('a', pieces.join('')).text).not.toBe('')
      } catch (error) {
        expect(error).toBeInstanceOf(PresetFileError)
      }
    }),
  )
})

test('the presets that come with Huitou are ones', () => {
  const { presets, faults } = readPresetFolder('config/presets')
  expect(faults).toEqual([])
  expect([...presets.keys()]).toEqual(['concise', 'translator'])
})

test('a broken file is told with its line and costs the others nothing', async () => {
  await write('good.md', 'Be good.')
  await write('bad.md', '---\ntemperature: hot\n---\nArr.')
  await write('notes.txt', 'no preset')
  const files = await watched()
  expect(namesOf(files)).toEqual(['good'])
  const fault = { file: join(folder, 'bad.md'), line: 2 }
  expect(files.faults()).toEqual([expect.objectContaining(fault)])
  expect(told).toEqual([expect.objectContaining({ level: 'error', fields: expect.objectContaining(fault) })])
})

test('files are read again when they change; one that breaks goes on as it was', async () => {
  await write('one.md', 'First.')
  const files = await watched()
  await write('one.md', 'Second.')
  await write('two.md', 'Two.')
  await expect.poll(() => files.presets().get('one')?.preset.text, { timeout: 10_000 }).toBe('Second.')
  await expect.poll(() => namesOf(files), { timeout: 10_000 }).toEqual(['one', 'two'])
  await write('one.md', '---\n')
  await expect.poll(() => files.faults(), { timeout: 10_000 }).toHaveLength(1)
  expect(files.presets().get('one')?.preset.text).toBe('Second.')
  await rm(join(folder, 'two.md'))
  await write('one.md', 'Third.')
  await expect.poll(() => files.faults(), { timeout: 10_000 }).toEqual([])
  await expect.poll(() => namesOf(files), { timeout: 10_000 }).toEqual(['one'])
})

test('a folder that is not there is empty, and is read when it comes', async () => {
  const files = await watched(join(folder, 'later'))
  expect([namesOf(files), files.faults()]).toEqual([[], []])
  await mkdir(join(folder, 'later'))
  await write('later/one.md', 'One.')
  await expect.poll(() => namesOf(files), { timeout: 10_000 }).toEqual(['one'])
})

const one: Preset = { name: 'one', text: 'From a file.' }
const chat = { channel: 'qq', chat: 'g20001', chatKind: 'group' } as const
let made = 0

function opened(defaults: readonly string[] = [], presets: readonly Preset[] = [one]): Presets {
  const all = new Map(presets.map((preset) => [preset.name, { preset, file: `presets/${preset.name}.md` }]))
  return openPresets({
    settings: store.settings,
    files: { presets: () => all, faults: () => [] },
    defaults: () => defaults,
    now: () => 1,
    log,
  })
}

test('what was edited on the dashboard wins over the file, until it is taken back', async () => {
  const presets = opened()
  const edited = await presets.put({ ...one, text: 'Edited.', model: 'big' }, 'admin', 5)
  expect(edited).toMatchObject({ file: 'presets/one.md', edited: { by: 'admin', at: 5 } })
  await presets.put({ name: 'abc', text: 'New.' }, 'admin', 6)
  expect(await presets.list()).toEqual([{ name: 'abc', text: 'New.', edited: { by: 'admin', at: 6 } }, edited])
  expect(await presets.find('one')).toEqual({ name: 'one', text: 'Edited.', model: 'big' })
  expect(await opened().find('abc')).toMatchObject({ text: 'New.' })
  expect([await presets.remove('one'), await presets.remove('one'), await presets.remove('abc')]).toEqual([
    true,
    false,
    true,
  ])
  expect(await presets.find('one')).toEqual(one)
  expect(await presets.list()).toEqual([{ ...one, file: 'presets/one.md' }])
})

test('a conversation has the preset it chose, else the nearest default', async () => {
  const conversation = `llm:${++made}`
  const two = { name: 'two', text: 'Two.' }
  const presets = opened(['one'], [one, two])
  expect(await presets.of(chat, conversation)).toEqual(one)
  await presets.choose(conversation, 'two')
  expect(await opened(['one'], [one, two]).of(chat, conversation)).toEqual(two)
  expect(await presets.of(chat, 'llm:another')).toEqual(one)
  await presets.choose(conversation, undefined)
  expect(await presets.of(chat, conversation)).toEqual(one)
  expect(await opened().of(chat, conversation)).toBeUndefined()
  expect(told).toEqual([])
})

test('a preset that is gone is passed over with a log line, and comes back when it does', async () => {
  const conversation = `llm:${++made}`
  await opened().choose(conversation, 'two')
  expect(await opened(['gone', 'one']).of(chat, conversation)).toEqual(one)
  expect(told.map(({ fields }) => fields)).toMatchObject([{ preset: 'two' }, { preset: 'gone' }])
  expect(await opened([], [{ name: 'two', text: 'Two.' }]).of(chat, conversation)).toMatchObject({ name: 'two' })
})

test.each(['a', '翻译', 'a-1', '3d', 'x'.repeat(32)])('%s is a name', (name) => {
  expect(presetNameSchema.safeParse(name).success).toBe(true)
})
test.each(['', 'A', '-a', 'a b', 'a/b', '../a', 'a.b', 'default', 'x'.repeat(33)])('%j is none', (name) => {
  expect(presetNameSchema.safeParse(name).success).toBe(false)
})
