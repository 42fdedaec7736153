import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { platformOf, platforms } from '../../src/channels/platforms.ts'
import { guideLines } from '../../src/cli/connect.ts'
import { playAll } from '../../src/simulators/stage.ts'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const variablesOf = ({ environment: { needs, takes } }: (typeof platforms)[number]) => ({ ...needs, ...takes })
const objectSchema = z.object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()) })

describe.each(platforms.map((platform) => ({ name: platform.name, platform })))(
  'the platform $name',
  ({ platform }) => {
    const { properties, required } = objectSchema.parse(z.toJSONSchema(platform.settings, { io: 'input' }))

    test('is named by its settings, and has the settings of every platform', () => {
      expect(properties.platform).toMatchObject({ const: platform.name })
      const common = ['id', 'lang', 'preset', 'overlap', 'mergeMs', 'limits', 'allowPrivateUrls']
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(common))
    })

    test('has variables that stand for settings of its own, and asks for those that it cannot be without', () => {
      const settings = Object.values(variablesOf(platform))
      expect(settings.filter((setting) => !(setting in properties))).toEqual([])
      expect(new Set(settings).size).toBe(settings.length)
      const asked = ['platform', 'id', ...Object.values(platform.environment.needs)]
      expect(required.filter((setting) => !asked.includes(setting))).toEqual([])
    })

    test('has a guide in both languages, whose page knows every variable', () => {
      const page = read(platform.guide.page)
      expect(Object.keys(variablesOf(platform)).filter((name) => !page.includes(name))).toEqual([])
      const told = guideLines(platform.name).join('\n')
      for (const { zh, en } of platform.guide.steps) expect(Math.min(zh.length, en.length)).toBeGreaterThan(0)
      expect(told).toContain(`/in/${platform.environment.id}`)
      for (const name of Object.keys(variablesOf(platform))) expect(told).toContain(name)
      expect(guideLines(platform.environment.id)).toEqual(guideLines(platform.name))
    })

    test('is found by its accounts', () => {
      // The name of a platform of the table.
      expect(platformOf({ platform: platform.name as Parameters<typeof platformOf>[0]['platform'] })).toBe(platform)
    })
  },
)

test('no two platforms share a name, a channel or a variable', () => {
  const names = platforms.flatMap((platform) => [platform.name, ...Object.keys(variablesOf(platform))])
  expect(names.filter((name, place) => names.indexOf(name) < place)).toEqual([])
  const ids = platforms.map(({ environment }) => environment.id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('a guide that is not there names those that are', () => {
  expect(() => guideLines('carrier-pigeon')).toThrow(platforms.map(({ name }) => name)[0])
})

test('every platform is played in the demo, by the variables that are its own', async () => {
  const played = await playAll()
  try {
    expect(played.map(({ platform }) => platform).toSorted()).toEqual(platforms.map(({ name }) => name).toSorted())
    for (const { platform: name, channel, environment } of played) {
      const platform = platforms.find((each) => each.name === name) ?? expect.fail(name)
      expect(channel).toBe(platform.environment.id)
      expect(Object.keys(environment)).toEqual(expect.arrayContaining(Object.keys(platform.environment.needs)))
      expect(Object.keys(environment).filter((variable) => !(variable in variablesOf(platform)))).toEqual([])
    }
  } finally {
    await Promise.all(played.map((each) => each.close()))
  }
})
