import { z } from 'zod'
import { type Argument, type CommandEntry, onSceneChangeSchema, type SceneEntry } from '../core/command/catalog.ts'
import { laneOf } from '../core/task/lane.ts'
import { bilingualSchema } from '../core/text/lang.ts'

/** The default export is not what a scene must be; the message says where and what to write. */
export class SceneShapeError extends Error {
  override readonly name = 'SceneShapeError'
}

const attempts = 3
const MODEL_LANE = 'llm'

const nameSchema = z
  .string()
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u, 'a name is letters, digits, _ and -, and starts with a letter or digit')
const wordSchema = z.string().max(64).regex(/^\S+$/, 'it is typed as one word, without spaces')
const positive = z.number().int().positive()
const objectSchemaSchema = z.custom<z.ZodObject>(isZodObject, 'expected z.object({ … })')
const functionSchema = z.custom<(...given: never[]) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
)

const triggersSchema = z
  .array(
    z.union(
      [
        z.object({ keyword: z.string().min(1) }),
        z.object({ exact: z.string().min(1) }),
        z.object({ pattern: z.instanceof(RegExp) }),
        z.object({ event: z.string().min(1) }),
      ],
      'a trigger is { keyword }, { exact }, { pattern } or { event }',
    ),
  )
  .max(5000)

const commandSchema = z.object({
  summary: bilingualSchema,
  settings: objectSchemaSchema.optional(),
  args: objectSchemaSchema,
  run: functionSchema,
  lane: z.string().min(1).optional(),
  timeoutMs: positive.optional(),
  attempts: positive.optional(),
  aliases: z.array(wordSchema).optional(),
  triggers: z.union([functionSchema, triggersSchema]).optional(),
  example: z.string().optional(),
  tool: z.union([z.boolean(), z.strictObject({ approval: z.boolean().optional() })]).optional(),
})
const sceneSchema = z.object({
  name: nameSchema.refine(
    (name) => name.toLowerCase() !== 'mcp',
    'grants for MCP servers go by this name: choose another',
  ),
  summary: bilingualSchema,
  settings: objectSchemaSchema.optional(),
  watches: functionSchema.optional(),
  onChange: onSceneChangeSchema.optional(),
  commands: z.record(nameSchema, commandSchema).refine((commands) => Object.keys(commands).length > 0, 'there is none'),
})

export function isScene(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && 'commands' in value
}

/**
 * A scene as plain data, without the triggers that are made of its settings. Throws SceneShapeError when it is no
 * scene.
 */
export function sceneEntryOf(exported: unknown, file: string, isPublic: boolean): SceneEntry {
  if (!isScene(exported))
    throw new SceneShapeError('the default export is no scene: write export default defineScene({ … })')
  const read = sceneSchema.safeParse(exported)
  if (!read.success) throw new SceneShapeError(read.error.issues.map(sentenceOf).join('; '))
  const { name, summary, commands, settings, onChange } = read.data
  for (const [command, definition] of Object.entries(commands)) {
    if (definition.settings === undefined || definition.settings === settings) continue
    throw new SceneShapeError(`commands.${command}.settings: the scene's own are named here, and are another schema`)
  }
  return {
    name,
    summary,
    isPublic,
    file,
    ...(onChange !== undefined && { onChange }),
    commands: Object.entries(commands).map(([command, definition]) => commandEntryOf(name, command, definition)),
  }
}

function commandEntryOf(scene: string, name: string, command: z.output<typeof commandSchema>): CommandEntry {
  const lane = command.lane ?? 'short'
  return {
    scene,
    name,
    summary: command.summary,
    args: argumentsOf(command.args, `commands.${name}.args`),
    lane,
    timeoutMs: command.timeoutMs ?? laneOf(lane).timeoutMs,
    attempts: command.attempts ?? attempts,
    aliases: command.aliases ?? [],
    triggers: typeof command.triggers === 'object' ? triggerEntriesOf(command.triggers, name) : [],
    example: command.example,
    tool: toolOf(command, lane, `commands.${name}.tool`),
  }
}

/** What models are told of a command; where it stands in the file is `where`. */
function toolOf({ tool, args }: z.output<typeof commandSchema>, lane: string, where: string): CommandEntry['tool'] {
  if (tool === undefined || tool === false) return undefined
  if (lane === MODEL_LANE) {
    throw new SceneShapeError(
      `${where}: the lane ${MODEL_LANE} is where models are asked, so a tool in it would wait for the question that calls it; give the command another lane`,
    )
  }
  const { $schema, ...parameters } = z.toJSONSchema(args, { io: 'input', unrepresentable: 'any' })
  return { approval: tool !== true && tool.approval === true, parameters: { properties: {}, ...parameters } }
}

/** Triggers as plain data. Throws SceneShapeError when they are none. */
export function triggerEntriesOf(triggers: unknown, command: string): CommandEntry['triggers'] {
  const read = triggersSchema.safeParse(triggers)
  if (!read.success)
    throw new SceneShapeError(`commands.${command}.triggers: ${read.error.issues.map(sentenceOf).join('; ')}`)
  return read.data.map((trigger) => {
    if ('keyword' in trigger) return { kind: 'keyword', keyword: trigger.keyword }
    if ('exact' in trigger) return { kind: 'exact', text: trigger.exact }
    if ('event' in trigger) return { kind: 'event', name: trigger.event }
    // One test at a time: with g the expression would remember where it stopped. With y it begins at the text's beginning.
    return { kind: 'pattern', source: trigger.pattern.source, flags: trigger.pattern.flags.replace('g', '') }
  })
}

/** What zod says of one argument, as far as reading words needs it. */
const propertySchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  description: z.string().optional(),
})
const objectSchema = z.object({
  properties: z.record(z.string(), propertySchema).default({}),
  required: z.array(z.string()).default([]),
})

/** The arguments in the order of the schema's keys; where one stands in the file is `where`. */
function argumentsOf(schema: z.ZodObject, where: string): Argument[] {
  const { properties, required } = objectSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  const last = Object.keys(properties).at(-1)
  return Object.entries(properties).map(([name, property]) => {
    const said = `${where}.${name}`
    if (!nameSchema.safeParse(name).success)
      throw new SceneShapeError(`${said}: an argument's name is letters, digits, _ and -`)
    if (property.type === 'array' || property.type === 'object') {
      throw new SceneShapeError(
        `${said} is an ${property.type}; an argument is a string, a number, an enum or a boolean`,
      )
    }
    if (isBareNumber(schema.shape[name])) {
      throw new SceneShapeError(`${said}: people write text, so z.number() never fits; write z.coerce.number()`)
    }
    const choices = property.enum ?? (property.const === undefined ? undefined : [property.const])
    return {
      name,
      optional: !required.includes(name),
      rest: name === last && property.type === 'string' && choices === undefined,
      ...(property.type === 'boolean' && { flag: true }),
      choices,
      description: property.description,
    }
  })
}

function isBareNumber(field: unknown): boolean {
  let schema = field
  while (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    schema = schema.unwrap()
  }
  return schema instanceof z.ZodNumber && schema.def.coerce !== true
}

/** Not `instanceof`: a scene may bring a zod of its own. */
function isZodObject(value: unknown): boolean {
  return z.object({ shape: z.object({}), def: z.object({ type: z.literal('object') }) }).safeParse(value).success
}

function sentenceOf(issue: { path: PropertyKey[]; message: string }): string {
  const where = issue.path.map(String).join('.')
  return where === '' ? issue.message : `${where}: ${issue.message}`
}
