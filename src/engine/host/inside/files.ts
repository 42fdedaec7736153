import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Media, type Part, partSchema } from '../../../core/message/part.ts'
import type { Files, SavedFile } from '../../../scenes/files.ts'
import type { FileOrder } from '../protocol.ts'
import { MisuseError, NotDoneError } from './misuse.ts'
import type { Setting } from './setting.ts'

const notDoneSchema = z.object({ sentence: z.string(), reason: z.string() })
const pathSchema = z.object({ path: z.string() })
const sentSchema = z.object({ parts: z.array(partSchema) })
const savedSchema = z.object({
  saved: z.object({ path: z.string(), name: z.string(), type: z.string(), bytes: z.number() }),
})
const keptSchema = z.object({ kept: z.object({ fileId: z.string(), url: z.string().optional() }) })

/**
 * A command's end of its files: small words go to the engine, contents over the disk. It ends no earlier than what is
 * `tracked`.
 */
export function filesOf({ outside }: Setting, tracked: <T>(work: Promise<T>) => Promise<T>): Files {
  async function done<T>(asked: FileOrder, schema: z.ZodType<T>): Promise<T> {
    const answer = await outside.call({ method: 'file', order: asked })
    const not = notDoneSchema.safeParse(answer)
    if (not.success) throw new NotDoneError(not.data.sentence, not.data.reason)
    return schema.parse(answer)
  }

  async function scratch(): Promise<string> {
    return (await done({ kind: 'scratch' }, pathSchema)).path
  }

  async function save(source: Part | URL): Promise<SavedFile> {
    const { media, name, type } = mediaOf(source)
    return (await done({ kind: 'save', media, name, type }, savedSchema)).saved
  }

  function mediaOf(source: Part | URL): { media: Media; name?: string; type?: string } {
    if (source instanceof URL) return { media: { source: 'url', url: source.href } }
    const read = partSchema.safeParse(source)
    if (!read.success || !('media' in read.data))
      throw new MisuseError('files takes a part with a file in it (image, file, voice, video), or a URL')
    return read.data
  }

  async function read(source: Part | URL): Promise<{ bytes: Uint8Array; name: string; type: string }> {
    const { path, name, type } = await save(source)
    return { bytes: await readFile(path), name, type }
  }

  async function keep(name: string, content: string | Uint8Array | { path: string }, type?: string) {
    if (typeof name !== 'string' || name === '') throw new MisuseError('files.keep needs a name')
    const path = await writtenTo(content)
    const kind = type ?? 'application/octet-stream'
    const { fileId, url } = (await done({ kind: 'keep', path, name, type: kind }, keptSchema)).kept
    const part: Part = { kind: 'file', media: { source: 'kept', fileId }, name, type: kind }
    return { fileId, url, part }
  }

  async function writtenTo(content: string | Uint8Array | { path: string }): Promise<string> {
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) return pathSchema.parse(content).path
    const path = join(await scratch(), `${randomUUID()}.kept`)
    await writeFile(path, content)
    return path
  }

  return {
    sent: () => tracked(done({ kind: 'sent' }, sentSchema).then(({ parts }) => parts)),
    save: (source) => tracked(save(source)),
    read: (source) => tracked(read(source)),
    scratch: () => tracked(scratch()),
    keep: (name, content, type) => tracked(keep(name, content, type)),
  }
}
