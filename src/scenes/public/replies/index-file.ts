import { refuse, z } from '#scene'
import type { Pattern } from '../../../core/text/pattern.ts'

const group = z
  .string()
  .regex(/^[a-z][a-z0-9-]*:.+$/i, 'a group is channel:chat, as chat_id tells it')
  .transform((key) => key.toLowerCase())

const where = {
  match: z.enum(['exact', 'contains']).optional(),
  groups: z.array(group).optional(),
  exceptGroups: z.array(group).optional(),
  coolDownMs: z.number().int().min(0).max(86_400_000).optional(),
}
const ruleSchema = z.strictObject({
  ...where,
  aliases: z.array(z.string().trim().min(1).max(64)).default([]),
  pattern: z.string().min(1).max(200).optional(),
})
const indexSchema = z.strictObject({ ...where, keywords: z.record(z.string(), ruleSchema.nullable()).default({}) })

/** What `index.yaml` says of one keyword. */
export type Rule = Omit<z.output<typeof ruleSchema>, 'pattern'> & { pattern?: Pattern }
/** What it says: of all keywords, and of some. */
export type Index = Omit<z.output<typeof indexSchema>, 'keywords'> & { keywords: Record<string, Rule | null> }

/**
 * Reads an `index.yaml`; an empty one is an index too. What is wrong is refused, with its place: keywords might answer
 * where they must not.
 */
export async function readIndex(text: string, shown: string): Promise<Index> {
  // Loaded when it is needed: every host would start later for it.
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const [fault] = document.errors
  if (fault !== undefined) refuse(`${shown}:${fault.linePos?.[0].line ?? 1}: ${fault.message.split('\n')[0]}`)
  const read = indexSchema.safeParse(document.toJS() ?? {})
  if (read.success) return { ...read.data, keywords: await withPatterns(read.data.keywords, shown) }
  refuse(read.error.issues.map(({ path, message }) => `${[shown, ...path].join(' ')}: ${message}`).join('; '))
}

async function withPatterns(
  keywords: z.output<typeof indexSchema>['keywords'],
  shown: string,
): Promise<Index['keywords']> {
  // Loaded when it is needed, as above.
  const { patternFault, readPattern } = await import('../../../core/text/pattern.ts')
  const read = Object.entries(keywords).map(([keyword, rule]): [string, Rule | null] => {
    if (rule === null) return [keyword, null]
    const { pattern, ...rest } = rule
    if (pattern === undefined) return [keyword, rest]
    const fault = patternFault(pattern, 'iu')
    if (fault !== undefined) refuse(`${shown} keywords ${keyword} pattern: ${fault}`)
    return [keyword, { ...rest, pattern: readPattern(pattern, 'iu') }]
  })
  return Object.fromEntries(read)
}
