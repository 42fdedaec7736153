import { afterAll, beforeAll, expect, test } from 'vitest'
import { aWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const add = (json: unknown) => world.callAs('/api/presets', { json })
const put = (name: string, json: unknown) =>
  world.callAs(`/api/presets/${encodeURIComponent(name)}`, { method: 'PUT', json })
const remove = (name: string) => world.callAs(`/api/presets/${encodeURIComponent(name)}`, { method: 'DELETE' })
const list = async () => (await world.callAs('/api/presets')).body
const audit = async () =>
  (await world.callAs('/api/audit')).body.lines.map(({ by, what }: { by: string; what: string }) => {
    expect(by).toMatch(/^token-/)
    return what
  })

test('presets are listed with where they come from, and the files that are broken with their line', async () => {
  expect(await list()).toEqual({
    presets: [{ name: 'one', text: 'From a file.', file: 'config/presets/one.md' }],
    faults: [{ file: 'config/presets/bad.md', line: 2, message: 'temperature: must be from 0 to 2' }],
    usual: 'one',
  })
})

test('a preset is added, edited and deleted, and each leaves a trace', async () => {
  const translator = {
    name: '翻译',
    title: { zh: '翻译', en: 'Translator' },
    text: ' You translate. ',
    temperature: 0.3,
  }
  const added = await add(translator)
  expect(added).toMatchObject({ status: 201, body: { ...translator, text: 'You translate.', edited: {} } })
  expect(added.body.file).toBeUndefined()
  expect(await add({ name: '翻译', text: 'Another.' })).toMatchObject({
    status: 409,
    body: { error: { code: 'preset_exists' } },
  })
  expect(await add({ name: 'one', text: 'Another.' })).toMatchObject({ status: 409 })
  expect(await put('翻译', { text: 'You translate well.' })).toMatchObject({
    status: 200,
    body: { text: 'You translate well.' },
  })
  expect((await list()).presets.map(({ name }: { name: string }) => name)).toEqual(['one', '翻译'])
  expect([(await remove('翻译')).status, (await remove('翻译')).status]).toEqual([204, 404])
  expect(await audit()).toEqual(['preset 翻译 deleted', 'preset 翻译 edited', 'preset 翻译 added'])
})

test('what is edited counts instead of its file until it is reset; a file is not deleted from here', async () => {
  expect(await put('one', { text: 'Edited.', model: 'big' })).toMatchObject({ status: 200 })
  expect((await list()).presets).toMatchObject([
    { name: 'one', text: 'Edited.', model: 'big', file: 'config/presets/one.md' },
  ])
  expect((await remove('one')).status).toBe(204)
  expect((await list()).presets).toEqual([{ name: 'one', text: 'From a file.', file: 'config/presets/one.md' }])
  expect(await remove('one')).toMatchObject({ status: 409, body: { error: { code: 'preset_is_file' } } })
  expect((await audit())[0]).toBe('preset one reset to its file')
})

test.each([
  ['text', { text: '  ' }],
  ['text', { text: 'x'.repeat(20_001) }],
  ['temperature', { text: 'Arr.', temperature: 3 }],
  ['title', { text: 'Arr.', title: { zh: '海盗', en: '' } }],
  ['model', { text: 'Arr.', model: '' }],
  ['', { text: 'Arr.', voice: 'deep' }],
])('a wrong %s is refused by its name', async (field, json) => {
  const { status, body } = await put('pirate', json)
  expect(status).toBe(400)
  expect(body.error.message).toContain(`body${field && `.${field}`}`)
  expect((await list()).presets).toHaveLength(1)
})

test.each(['Pirate', 'a b', 'default', '..%2Fa', ''])('%j is no name', async (name) => {
  expect((await add({ name, text: 'Arr.' })).status).toBe(400)
})

test('without a session or a token nobody reads or changes presets', async () => {
  expect((await world.call('/api/presets')).status).toBe(401)
  expect((await world.call('/api/presets', { json: { name: 'a', text: 'b' } })).status).toBe(401)
  expect((await world.call('/api/presets/one', { method: 'DELETE' })).status).toBe(401)
})
