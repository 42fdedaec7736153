import { z } from 'zod'
import { bilingualSchema } from '../text/lang.ts'

/** What stands for no preset of one's own, and so names none. */
export const DEFAULT_PRESET = 'default'

/** A preset's name, as people type it and as its file is called. */
export const presetNameSchema = z
  .string()
  .regex(
    /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}-]{0,31}$/u,
    'a name is 1 to 32 letters (small ones), digits and -, and does not start with -',
  )
  .refine((name) => name !== DEFAULT_PRESET, `"${DEFAULT_PRESET}" stands for no preset: choose another name`)

const title = z.string().trim().min(1, 'is empty').max(60, 'is longer than 60 characters')

/** All of a preset but its name. */
export const presetBodySchema = z.strictObject({
  title: bilingualSchema.extend({ zh: title, en: title }).optional(),
  /** Asked first, before the models that are configured. */
  model: z.string().trim().min(1, 'is empty').max(200, 'is longer than 200 characters').optional(),
  temperature: z.number().min(0, 'must be from 0 to 2').max(2, 'must be from 0 to 2').optional(),
  /** What the model is told first: who it is and how it answers. */
  text: z
    .string()
    .trim()
    .min(1, 'is empty: write who the model is and how it answers')
    .max(20_000, 'is longer than 20000 characters'),
})

/** A persona: who the model is in a conversation. */
export const presetSchema = presetBodySchema.extend({ name: presetNameSchema })
export type Preset = z.infer<typeof presetSchema>

/** Where a preset comes from. What was edited on the dashboard wins over a file of the same name. */
export const listedPresetSchema = presetSchema.extend({
  /** Its file, as operators see it. */
  file: z.string().optional(),
  /** Kept in the store: who wrote it, and when. */
  edited: z.object({ by: z.string(), at: z.number() }).optional(),
})
export type ListedPreset = z.infer<typeof listedPresetSchema>

/** A preset file that could not be read; what it was before, if anything, goes on. */
export const presetFaultSchema = z.object({ file: z.string(), line: z.number().optional(), message: z.string() })
export type PresetFault = z.infer<typeof presetFaultSchema>
