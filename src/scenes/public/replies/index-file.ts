import { refuse, z } from '#scene'

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
  pattern: z.string().min(1).max(200).transform(asExpression).optional(),
})
const indexSchema = z.strictObject({ ...where, keywords: z.record(z.string(), ruleSchema.nullable()).default({}) })

/** What `index.yaml` says of one keyword. */
export type Rule = z.output<typeof ruleSchema>
/** What it says: of all keywords, and of some. */
export type Index = z.output<typeof indexSchema>

/** Reads an `index.yaml`; an empty one is an index too. What is wrong is refused, with its place: keywords might answer where they must not. */
export async function readIndex(text: string, shown: string): Promise<Index> {
  // Loaded when it is needed: every host would start later for it.
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text)
  const [fault] = document.errors
  if (fault !== undefined) refuse(`${shown}:${fault.linePos?.[0].line ?? 1}: ${fault.message.split('\n')[0]}`)
  const read = indexSchema.safeParse(document.toJS() ?? {})
  if (read.success) return read.data
  refuse(read.error.issues.map(({ path, message }) => `${[shown, ...path].join(' ')}: ${message}`).join('; '))
}

function asExpression(source: string, context: z.RefinementCtx): RegExp {
  try {
    return new RegExp(source, 'iu')
  } catch {
    context.addIssue('is no regular expression')
    return z.NEVER
  }
}
