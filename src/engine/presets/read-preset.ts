import { isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { type Preset, presetBodySchema, presetNameSchema } from '../../core/model/preset.ts'

/** A file that is no preset: why, and at which of its lines. */
export class PresetFileError extends Error {
  override readonly name = 'PresetFileError'
  readonly line: number | undefined
  constructor(message: string, line?: number) {
    super(message)
    this.line = line
  }
}

/** One text may stand for both languages. */
const titleSchema = z
  .preprocess((title) => (typeof title === 'string' ? { zh: title, en: title } : title), presetBodySchema.shape.title)
  .optional()
const frontSchema = presetBodySchema.omit({ text: true }).extend({ title: titleSchema })

/**
 * Reads `name.md`: a front matter between two lines `---` where there is one, and below it the text. Throws
 * PresetFileError.
 */
export function readPreset(name: string, content: string): Preset {
  const named = presetNameSchema.safeParse(name)
  if (!named.success) throw new PresetFileError(`its name: ${messageOf(named.error)}`)
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/)
  const end = lines[0]?.trimEnd() === '---' ? lines.findIndex((line, at) => at > 0 && line.trimEnd() === '---') : 0
  if (end < 0) throw new PresetFileError('its front matter does not end: a line --- is missing', 1)

  const front = readFront(lines.slice(1, end).join('\n'))
  const text = presetBodySchema.shape.text.safeParse(lines.slice(end > 0 ? end + 1 : 0).join('\n'))
  if (!text.success) throw new PresetFileError(`its text ${messageOf(text.error)}`, end + 1)
  return { name: named.data, ...front, text: text.data }
}

/** The front matter's first line is the file's second. */
function readFront(yaml: string): z.infer<typeof frontSchema> {
  const counter = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: counter, prettyErrors: false })
  const [fault] = document.errors
  if (fault) throw new PresetFileError(`is not YAML: ${fault.message}`, counter.linePos(fault.pos[0]).line + 1)
  const parsed = frontSchema.safeParse(document.toJS() ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const isUnknown = issue?.code === 'unrecognized_keys'
  const path = (isUnknown ? [...issue.path, issue.keys[0]] : issue?.path)?.map(String) ?? []
  const what = isUnknown ? `is no setting; here are: ${Object.keys(frontSchema.shape).join(', ')}` : issue?.message
  const at = document.getIn(path.slice(0, 1), true)
  throw new PresetFileError(`${path.join('.') || 'its front matter'}: ${what}`, lineOf(at, counter))
}

function lineOf(node: unknown, counter: LineCounter): number {
  const offset = isNode(node) ? node.range?.[0] : undefined
  return offset === undefined ? 2 : counter.linePos(offset).line + 1
}

function messageOf(error: z.ZodError): string {
  return error.issues[0]?.message ?? 'is not valid'
}
