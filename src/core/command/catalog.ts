import { z } from 'zod'
import { bilingualSchema } from '../text/lang.ts'

/** One positional argument, as the usage line and argument reading need it. */
export const argumentSchema = z.object({
  name: z.string(),
  optional: z.boolean(),
  /** Takes everything that is left of the text, line breaks and all. */
  rest: z.boolean(),
  /** Yes or no, written `--name`, never by position. */
  flag: z.boolean().optional(),
  /** Written `--name=value`, never by position. */
  named: z.boolean().optional(),
  choices: z.array(z.string()).optional(),
  description: z.string().optional(),
})
export type Argument = z.infer<typeof argumentSchema>

/** A command's definition as plain data: all that reading, help and queues need, without its code. */
export const commandEntrySchema = z.object({
  scene: z.string(),
  name: z.string(),
  summary: bilingualSchema,
  args: z.array(argumentSchema),
  lane: z.string(),
  timeoutMs: z.number().int().positive(),
  attempts: z.number().int().positive(),
  aliases: z.array(z.string()),
  triggers: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('keyword'), keyword: z.string() }),
      z.object({ kind: z.literal('exact'), text: z.string() }),
      z.object({ kind: z.literal('pattern'), source: z.string(), flags: z.string() }),
      z.object({ kind: z.literal('event'), name: z.string() }),
    ]),
  ),
  example: z.string().optional(),
  /** Models may call it, with arguments of this JSON schema; with `approval` only when its asker agrees. */
  tool: z.object({ approval: z.boolean(), parameters: z.record(z.string(), z.unknown()) }).optional(),
})
export type CommandEntry = z.infer<typeof commandEntrySchema>

/**
 * What becomes of a task that has kept steps or waits when the files of its scene change: it finishes on those it began
 * with, stops and says why, or goes on with the new ones.
 */
export const onSceneChangeSchema = z.enum(['finish', 'stop', 'continue'])
export type OnSceneChange = z.infer<typeof onSceneChangeSchema>

export const sceneEntrySchema = z.object({
  name: z.string(),
  summary: bilingualSchema,
  /** From a folder named `public`: needs no grant. */
  isPublic: z.boolean(),
  /** The file it came from, as operators see it. */
  file: z.string(),
  /** Made of the text of all its files; built-in commands have none. */
  version: z.string().optional(),
  /** What becomes of its tasks when it changes; the installation's setting when it does not say. */
  onChange: onSceneChangeSchema.optional(),
  commands: z.array(commandEntrySchema),
})
export type SceneEntry = z.infer<typeof sceneEntrySchema>

/** A scene file that could not be loaded; the version before it, if there was one, keeps serving. */
export const sceneFaultSchema = z.object({ file: z.string(), line: z.number().optional(), message: z.string() })
export type SceneFault = z.infer<typeof sceneFaultSchema>

/** All that can be asked for. Built-in commands are the scene with the empty name. */
export interface Catalog {
  scenes: readonly SceneEntry[]
  faults: readonly SceneFault[]
}
