import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { loadScenes } from '../../src/scenes/load.ts'
import { defineCommand, refuse, type Scene, z } from '../../src/scenes/scene.ts'
import { concealer, type SceneSettings } from '../../src/scenes/settings.ts'

const summary = { zh: '一', en: 'one' }
const settings = z.object({ url: z.url(), times: z.coerce.number().default(3) })

function aScene(more: Partial<Scene> = {}, name = 'try'): Scene {
  const command = defineCommand({ summary, args: z.object({}), run: () => '' })
  return { name, summary, commands: { go: command }, ...more }
}

function load(all: SceneSettings, ...scenes: unknown[]) {
  const files = scenes.map((_, place) => {
    const shown = `${place === 0 ? 'mine' : 'shipped'}/${place}.ts`
    return { path: `/x/${shown}`, shown, folder: shown.split('/')[0] ?? '', isPublic: true, version: 1 }
  })
  return loadScenes(files, async (file) => ({ default: scenes[files.indexOf(file)] }), all)
}

test('a command reads the settings as its scene’s schema makes them', async () => {
  defineCommand({
    summary,
    settings,
    args: z.object({ n: z.coerce.number() }),
    triggers: (set) => [{ keyword: set.url }],
    run(context) {
      expectTypeOf(context.settings).toEqualTypeOf<{ url: string; times: number }>()
      expectTypeOf(context.args).toEqualTypeOf<{ n: number }>()
    },
  })
  const { scenes } = await load({ TRY: { url: 'https://example.com', times: '5' } }, aScene({ settings }))
  expect(scenes[0]?.settings).toEqual({ url: 'https://example.com', times: 5 })
})

describe('what is wrong has its place in the config file', () => {
  test.each<[string, SceneSettings, Partial<Scene>, string]>([
    ['a setting that is missing', {}, { settings }, 'scenes.try.url: is missing'],
    ['one of the wrong kind', { try: { url: 5 } }, { settings }, 'scenes.try.url: Invalid input: expected string'],
    [
      'one that nobody reads',
      { try: { url: 'https://a', ulr: '' } },
      { settings },
      'scenes.try: Unrecognized key: "ulr"',
    ],
    ['any, where there are none', { try: {} }, {}, 'scenes.try: this scene has no settings'],
  ])('%s', async (_, all, scene, message) => {
    const { scenes, faults } = await load(all, aScene(scene))
    expect(scenes).toEqual([])
    expect(faults).toEqual([{ file: 'mine/0.ts', message: expect.stringContaining(message) }])
  })

  test('an author who takes any name gets them', async () => {
    const { scenes } = await load({ try: { a: 1 } }, aScene({ settings: z.looseObject({}) }))
    expect(scenes[0]?.settings).toEqual({ a: 1 })
  })
})

test('settings are for the scene that is used, not for the one behind it', async () => {
  const { scenes, faults } = await load(
    { try: { a: 'x' } },
    aScene({ settings: z.object({ a: z.string() }) }),
    aScene(),
  )
  expect([scenes.length, faults]).toEqual([1, []])
})

test('a command names the settings of its own scene', async () => {
  const other = defineCommand({ summary, settings: z.object({}), args: z.object({}), run: () => '' })
  const { faults } = await load({}, aScene({ settings: z.object({}), commands: { other } }))
  expect(faults[0]?.message).toContain('commands.other.settings')
})

test('triggers that cannot be made are a fault, and their command goes without', async () => {
  const made = (triggers: () => never) => defineCommand({ summary, args: z.object({}), triggers, run: () => '' })
  const none = () => [{ nothing: 1 }] as never
  const commands = {
    refused: made(() => refuse('the folder is empty')),
    thrown: made(() => {
      throw new Error('oh')
    }),
    odd: made(none),
  }
  const { scenes, faults } = await load({}, aScene({ commands }))
  expect(scenes[0]?.entry.commands.map(({ triggers }) => triggers)).toEqual([[], [], []])
  expect(faults.map(({ message }) => message)).toEqual([
    'the folder is empty',
    'oh',
    'commands.odd.triggers: 0: a trigger is { keyword }, { exact }, { pattern } or { event }',
  ])
})

test('a pattern that could take long is a fault, also in the code of an author, and says what it does', async () => {
  const scene = (pattern: RegExp) =>
    aScene({ commands: { a: defineCommand({ summary, args: z.object({}), triggers: [{ pattern }], run: () => '' }) } })
  for (const [pattern, why] of [
    [/^(?=.*a)b/, 'looks ahead or behind'],
    [/^(a+)\1$/, 'refers back'],
  ] as const) {
    const { scenes, faults } = await load({}, scene(pattern))
    expect(faults[0]?.message).toContain(`commands.a.triggers: the pattern ${pattern.source} ${why}`)
    expect(scenes[0]?.entry.commands[0]?.triggers).toEqual([])
  }
  for (const pattern of [/^来[一1]?张(猫|狗)图?$/iu, /^SO-\d+$/i, /^week \d+$/i, /天气|快递/, /(a+)+$/]) {
    expect((await load({}, scene(pattern))).faults).toEqual([])
  }
})

describe('secrets', () => {
  test('are taken out of a text, as they are and in pieces', () => {
    const conceal = concealer({
      a: { headers: { authorization: 'Bearer sk-0123456789' }, url: 'https://me:pass@example.com/x?key=abcd&n=1' },
      b: { folder: 'src/scenes', list: ['another-secret'], short: 'cat' },
    })
    expect(conceal('sk-0123456789 failed')).toBe('*** failed')
    expect(conceal('GET https://example.com/x?key=abcd by pass')).toBe('GET https://example.com/x?key=*** by ***')
    expect(conceal('another-secret, src/scenes, cat')).toBe('***, src/scenes, cat')
  })

  test('whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'grapheme' }), fc.string(), (secret, around) => {
        fc.pre(secret.trim() !== '' && !around.includes(secret))
        expect(concealer({ a: { b: [{ c: secret }] } })(`${around}${secret}`)).not.toContain(secret)
      }),
    )
  })
})
