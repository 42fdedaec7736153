import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { image, markdown, type Part, text, voice } from '#scene'
import { type Kind, kindOf } from './kinds.ts'
import type { Reply } from './read.ts'

const MB = 1024 * 1024
const mostBytes: Readonly<Record<Kind, number>> = {
  text: 64 * 1024,
  markdown: 64 * 1024,
  image: 10 * MB,
  voice: 10 * MB,
}

/**
 * One of the keyword's answers, at random. Those that cannot be said are passed over and logged; throws when none is
 * left.
 */
export async function answerOf({ keyword, files, folders }: Reply, log: (line: string) => void): Promise<Part> {
  const inFolders = await Promise.all(folders.map(filesIn))
  const left = [...files, ...inFolders.flat()]
  while (left.length > 0) {
    const [path = ''] = left.splice(Math.floor(Math.random() * left.length), 1)
    const read = await partOf(path)
    if (typeof read !== 'string') return read
    log(`${basename(path)} is passed over: ${read}`)
  }
  throw new Error(`the keyword ${keyword} has no answer that could be read`)
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const isAnswer = (name: string): boolean => !name.startsWith('.') && kindOf(name) !== undefined
  return entries.filter((entry) => entry.isFile() && isAnswer(entry.name)).map(({ name }) => join(folder, name))
}

/** A file as what is said, or why it cannot be. */
async function partOf(path: string): Promise<Part | string> {
  const kind = kindOf(path)
  if (kind === undefined) return 'its type is not known'
  // It may have become a link since the folder was read.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await file.stat()
    if (size > mostBytes[kind]) return `it has ${size} bytes, and ${mostBytes[kind]} are the most`
    const bytes = await file.readFile()
    if (kind === 'image') return image(bytes, basename(path))
    if (kind === 'voice') return voice(bytes, basename(path))
    const said = bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim()
    if (said === '') return 'it is empty'
    return kind === 'text' ? text(said) : markdown(said)
  } finally {
    await file.close()
  }
}
