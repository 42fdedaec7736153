import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { refuse } from '#scene'
import type { Pattern } from '../../../core/text/pattern.ts'
import { type Index, type Rule, readIndex } from './index-file.ts'
import { kindOf } from './kinds.ts'

/** A keyword with all that belongs to it. */
export interface Reply {
  keyword: string
  /** The keyword and its other names. */
  texts: readonly string[]
  match: 'exact' | 'contains'
  pattern?: Pattern
  /** Chat keys; undefined: everywhere. */
  groups?: readonly string[]
  exceptGroups: readonly string[]
  coolDownMs: number
  /** Files with an answer, one of which is picked, and folders of such. */
  files: readonly string[]
  folders: readonly string[]
}

const INDEX = 'index.yaml'
const MOST_KEYWORDS = 2000
const LONGEST_KEYWORD = 64
const COOL_DOWN_MS = 3_000

type Warn = (sentence: string) => void

/**
 * The keywords of a folder, by the names of its files and folders; hidden ones and links are passed over, so nothing
 * outside it is ever read. Refuses when the folder or its index cannot be read.
 */
export async function readReplies(folder: string, warn: Warn = () => undefined): Promise<Reply[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
    refuse(`scenes.replies.folder: it cannot be read (${codeOf(error)})`),
  )
  const found = new Map<string, { keyword: string; files: string[]; folders: string[] }>()
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === INDEX) continue
    const keyword = keywordOf(entry, warn)
    if (keyword === undefined) continue
    const known = found.get(keyword.toLowerCase()) ?? { keyword, files: [], folders: [] }
    found.set(keyword.toLowerCase(), known)
    known[entry.isFile() ? 'files' : 'folders'].push(join(folder, entry.name))
  }
  if (found.size > MOST_KEYWORDS) refuse(`scenes.replies.folder: ${found.size} keywords are more than ${MOST_KEYWORDS}`)
  const index = await indexIn(folder, entries)
  const rules = new Map(Object.entries(index.keywords).map(([keyword, rule]) => [keyword.toLowerCase(), rule]))
  for (const keyword of Object.keys(index.keywords)) {
    if (!found.has(keyword.toLowerCase())) warn(`${INDEX} keywords ${keyword}: there is no file or folder of that name`)
  }
  return [...found].map(([key, each]) => replyOf(each, rules.get(key) ?? undefined, index))
}

function replyOf(found: Pick<Reply, 'keyword' | 'files' | 'folders'>, rule: Rule | undefined, index: Index): Reply {
  return {
    ...found,
    texts: [found.keyword, ...(rule?.aliases ?? [])],
    match: rule?.match ?? index.match ?? 'exact',
    pattern: rule?.pattern,
    groups: rule?.groups ?? index.groups,
    exceptGroups: rule?.exceptGroups ?? index.exceptGroups ?? [],
    coolDownMs: rule?.coolDownMs ?? index.coolDownMs ?? COOL_DOWN_MS,
  }
}

/** Undefined for what is no reply, which is told. */
function keywordOf(entry: Dirent, warn: Warn): string | undefined {
  const isFile = entry.isFile()
  const name = isFile ? entry.name.slice(0, -extname(entry.name).length || undefined) : entry.name
  // macOS writes names in pieces, people do not.
  const keyword = name.normalize('NFC').trim()
  const wrong =
    !isFile && !entry.isDirectory()
      ? 'links are not followed'
      : isFile && kindOf(entry.name) === undefined
        ? 'it is neither a text, a picture nor a voice'
        : keyword === '' || keyword.length > LONGEST_KEYWORD
          ? `a keyword has 1 to ${LONGEST_KEYWORD} characters`
          : undefined
  if (wrong === undefined) return keyword
  warn(`scenes.replies.folder: ${entry.name} is passed over: ${wrong}`)
  return undefined
}

async function indexIn(folder: string, entries: readonly Dirent[]): Promise<Index> {
  const entry = entries.find(({ name }) => name === INDEX)
  if (entry === undefined) return { keywords: {} }
  if (!entry.isFile()) refuse(`scenes.replies.folder: ${INDEX} is no file`)
  return readIndex(await readFile(join(folder, INDEX), 'utf8'), INDEX)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
