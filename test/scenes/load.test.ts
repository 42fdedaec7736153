import { expect, test } from 'vitest'
import { loadScenes } from '../../src/scenes/load.ts'
import { defineCommand, defineScene, z } from '../../src/scenes/scene.ts'
import type { SceneFile } from '../../src/scenes/sources.ts'

const summary = { zh: '一', en: 'one' }
const command = defineCommand({ summary, args: z.object({}), run: () => 'hi' })
const aFile = (shown: string, folder = 'scenes'): SceneFile => ({
  path: `/${shown}`,
  shown,
  folder,
  isPublic: false,
  version: 1,
})

/** Loads modules that are given as values, under their file names. */
async function load(modules: Record<string, Record<string, unknown>>) {
  const files = Object.keys(modules).map((shown) => aFile(shown, shown.split('/')[0]))
  const { scenes, faults } = await loadScenes(files, async (file) => modules[file.shown] ?? {})
  return { entries: scenes.map((each) => each.entry), faults }
}

async function faultIn(scene: unknown): Promise<string | undefined> {
  const { faults } = await load({ 'a.ts': { default: scene } })
  return faults[0]?.message
}

test('a scene becomes plain data with its defaults', async () => {
  const args = z.object({
    team: z.string().describe('whose'),
    format: z.enum(['csv', 'json']).default('csv'),
    weeks: z.coerce.number().int().optional(),
    dry: z.boolean().default(false),
    note: z.string(),
  })
  const weekly = defineCommand({
    summary,
    args,
    lane: 'long',
    aliases: ['周报'],
    triggers: [{ keyword: '报表' }, { pattern: /^r\d/gi }, { pattern: /r/gy }],
    run: () => undefined,
  })
  const { entries, faults } = await load({
    'a.ts': { default: defineScene({ name: 'report', summary, commands: { weekly, now: command } }) },
  })
  expect(faults).toEqual([])
  expect(structuredClone(entries)).toEqual([
    {
      name: 'report',
      summary,
      isPublic: false,
      file: 'a.ts',
      commands: [
        {
          scene: 'report',
          name: 'weekly',
          summary,
          lane: 'long',
          timeoutMs: 60_000,
          attempts: 3,
          aliases: ['周报'],
          triggers: [
            { kind: 'keyword', keyword: '报表' },
            { kind: 'pattern', source: '^r\\d', flags: 'i' },
            // It begins at the text's beginning.
            { kind: 'pattern', source: 'r', flags: 'y' },
          ],
          args: [
            { name: 'team', optional: false, rest: false, description: 'whose' },
            { name: 'format', optional: true, rest: false, choices: ['csv', 'json'] },
            { name: 'weeks', optional: true, rest: false },
            { name: 'dry', optional: true, rest: false, flag: true },
            { name: 'note', optional: false, rest: true },
          ],
        },
        expect.objectContaining({ name: 'now', lane: 'short', timeoutMs: 10_000, args: [] }),
      ],
    },
  ])
})

test('of scenes with one name the first folder’s wins, and two in one folder are a fault', async () => {
  const scene = defineScene({ name: 'demo', summary, commands: { a: command } })
  const { entries, faults } = await load({
    'mine/a.ts': { default: scene },
    'mine/b.ts': { default: { ...scene, name: 'Demo' } },
    'shipped/c.ts': { default: scene },
  })
  expect(entries.map((entry) => entry.file)).toEqual(['mine/a.ts'])
  expect(faults).toEqual([{ file: 'mine/b.ts', message: 'the scene name Demo is taken by mine/a.ts' }])
})

test('an alias belongs to the first command that wants it', async () => {
  const aliased = (...aliases: string[]) => ({ ...command, aliases })
  const { entries, faults } = await load({
    'a.ts': { default: defineScene({ name: 'one', summary, commands: { x: aliased('go', 'walk') } }) },
    'b.ts': { default: defineScene({ name: 'two', summary, commands: { y: aliased('GO', 'run') } }) },
  })
  expect(entries.map((entry) => entry.commands[0]?.aliases)).toEqual([['go', 'walk'], ['run']])
  expect(faults).toEqual([{ file: 'b.ts', message: 'two y: the alias GO belongs to one x' }])
})

test('a file without a default export is no scene, unless it forgot', async () => {
  const scene = defineScene({ name: 'demo', summary, commands: { a: command } })
  const { entries, faults } = await load({ 'part.ts': { rows: [] }, 'forgot.ts': { demo: scene } })
  expect(entries).toEqual([])
  expect(faults).toEqual([
    { file: 'forgot.ts', message: 'the scene is exported as demo: write export default defineScene({ … })' },
  ])
})

test('what is wrong in a scene is said with its place', async () => {
  const scene = (changes: object) => ({ name: 'demo', summary, commands: { a: command }, ...changes })
  const withCommand = (changes: object) => scene({ commands: { a: { ...command, ...changes } } })
  const withArgs = (shape: z.ZodRawShape) => withCommand({ args: z.object(shape) })
  expect(await faultIn('demo')).toContain('the default export is no scene')
  expect(await faultIn(scene({ name: 'two words' }))).toContain('name: a name is letters')
  expect(await faultIn(scene({ commands: {} }))).toBe('commands: there is none')
  expect(await faultIn(scene({ summary: { zh: '一' } }))).toContain('summary.en: ')
  expect(await faultIn(withCommand({ run: 'hi' }))).toBe('commands.a.run: expected a function')
  expect(await faultIn(withCommand({ args: { text: 'string' } }))).toBe('commands.a.args: expected z.object({ … })')
  expect(await faultIn(withCommand({ timeoutMs: -1 }))).toContain('commands.a.timeoutMs: ')
  expect(await faultIn(withCommand({ aliases: ['a b'] }))).toContain('commands.a.aliases.0: it is typed as one word')
  expect(await faultIn(withArgs({ n: z.number().default(1) }))).toContain('commands.a.args.n: people write text')
  expect(await faultIn(withArgs({ list: z.array(z.string()) }))).toContain('commands.a.args.list is an array')
})

test('a file that throws is a fault and stops no other', async () => {
  const scene = defineScene({ name: 'demo', summary, commands: { a: command } })
  const { scenes, faults } = await loadScenes([aFile('bad.ts'), aFile('good.ts')], async (file) => {
    if (file.shown === 'bad.ts') throw 'nonsense'
    return { default: scene }
  })
  expect(scenes.map((each) => each.entry.name)).toEqual(['demo'])
  expect(faults).toEqual([{ file: 'bad.ts', message: 'it threw nonsense' }])
})

test('a command that models may call carries the JSON schema of its arguments', async () => {
  const args = z.object({ team: z.string().describe('whose'), weeks: z.coerce.number().int().max(52).default(1) })
  const weekly = defineCommand({ summary, args, lane: 'long', tool: { approval: true }, run: () => undefined })
  const plain = defineCommand({ summary, args: z.object({}), tool: true, run: () => undefined })
  const { entries } = await load({
    'a.ts': { default: defineScene({ name: 'report', summary, commands: { weekly, plain, command } }) },
  })
  expect(structuredClone(entries[0]?.commands.map(({ tool }) => tool))).toEqual([
    {
      approval: true,
      parameters: {
        type: 'object',
        properties: {
          team: { type: 'string', description: 'whose' },
          weeks: { type: 'integer', maximum: 52, minimum: Number.MIN_SAFE_INTEGER, default: 1 },
        },
        required: ['team'],
      },
    },
    { approval: false, parameters: { type: 'object', properties: {} } },
    undefined,
  ])
})

test('a tool that would wait for its own caller, and a scene that would open the MCP servers, are refused', async () => {
  const waits = defineCommand({ summary, args: z.object({}), lane: 'llm', tool: true, run: () => undefined })
  expect(await faultIn(defineScene({ name: 'a', summary, commands: { waits } }))).toBe(
    'commands.waits.tool: the lane llm is where models are asked, so a tool in it would wait for the question that calls it; give the command another lane',
  )
  expect(await faultIn(defineScene({ name: 'MCP', summary, commands: { command } }))).toContain('MCP servers')
})
