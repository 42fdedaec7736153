import { posix } from 'node:path'
import { type Room, rooms, sceneFiles } from './rooms.ts'
import { importsOf, readTokens, type Token } from './tokens.ts'

/** What a file does that the house does not allow. `breaks` is short and without lines, so that an exception can name it. */
export interface Breach {
  file: string
  line: number
  breaks: string
}

const MAX_LINES = 300

/** Everything the rules find in one file; `imports` are the `#names` of package.json. */
export function breachesOf(file: string, source: string, imports: Readonly<Record<string, string>>): Breach[] {
  // A folder's own page is named as everybody expects it.
  const plain = file.replace(/(^|\/)README\.md$/, '$1readme.md')
  const name = /(^|\/)scenes\//.test(file) ? plain.replaceAll('_', '-') : plain
  const found = name.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part))
    ? []
    : [{ file, line: 1, breaks: 'is not named in kebab-case' }]
  if (!/\.tsx?$/.test(file)) return found
  const lines = source.trimEnd().split('\n').length
  if (lines > MAX_LINES) found.push({ file, line: lines, breaks: `is longer than ${MAX_LINES} lines` })
  const tokens = readTokens(source)
  return [...found, ...wordBreaches(file, tokens), ...importBreaches(file, tokens, imports)]
}

const anyWord = '<word>'

const forbidden: readonly { words: string[]; breaks: string; inside?: string[] }[] = [
  { words: ['process', '.', 'env'], breaks: 'reads process.env', inside: ['config/**'] },
  ...['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'].map((method) => ({
    words: ['console', '.', method],
    breaks: 'writes to the console',
  })),
  { words: ['enum', anyWord, '{'], breaks: 'has an enum' },
  { words: ['namespace', anyWord, '{'], breaks: 'has a namespace' },
  { words: ['export', 'default'], breaks: 'has a default export', inside: sceneFiles },
  { words: ['as', 'default'], breaks: 'has a default export', inside: sceneFiles },
]

function wordBreaches(file: string, tokens: readonly Token[]): Breach[] {
  return forbidden
    .filter(({ inside = [] }) => !inside.some((pattern) => matches(pattern, file)))
    .flatMap(({ words, breaks }) =>
      tokens
        .filter(
          (_, at) => words.every((word, ahead) => isWord(tokens[at + ahead], word)) && tokens[at - 1]?.text !== '.',
        )
        .map(({ line }) => ({ file, line, breaks })),
    )
}

function isWord(token: Token | undefined, word: string): boolean {
  if (token === undefined || token.kind === 'string') return false
  return word === anyWord ? token.kind === 'word' : token.text === word
}

function importBreaches(file: string, tokens: readonly Token[], imports: Readonly<Record<string, string>>): Breach[] {
  const found = roomOf(file)
  if (!found) return [{ file, line: 1, breaks: 'belongs to no room' }]
  return importsOf(tokens)
    .filter(({ from, isType }) => !mayImport(found, targetOf(file, from, imports), isType))
    .map(({ from, isType, line }) => ({ file, line, breaks: `imports ${isType ? 'types of ' : ''}${from}` }))
}

/** A file of the project, `node:` and one of Node's modules, or a package. */
function targetOf(
  file: string,
  from: string,
  imports: Readonly<Record<string, string>>,
): { file: string } | { node: string } | { package: string } {
  const own = imports[from]
  if (own !== undefined) return { file: posix.normalize(own) }
  if (from.startsWith('.')) return { file: posix.join(posix.dirname(file), from) }
  if (from.startsWith('node:')) return { node: from.slice('node:'.length) }
  return { package: from.split('/', from.startsWith('@') ? 2 : 1).join('/') }
}

function mayImport({ room, names }: InRoom, target: ReturnType<typeof targetOf>, isType: boolean): boolean {
  if ('node' in target) return room.node?.includes(target.node) ?? true
  if ('package' in target)
    return [...(room.packages ?? []), ...(isType ? (room.typesOf ?? []) : [])].includes(target.package)
  const allowed = [room.files, ...(room.may ?? []), ...(isType ? (room.mayTypes ?? []) : [])].map((pattern) =>
    fill(pattern, names),
  )
  const isRefused = allowed.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1), target.file))
  return !isRefused && allowed.some((pattern) => matches(pattern, target.file))
}

type Names = Readonly<Record<string, string>>
type InRoom = { room: Room; names: Names }

function roomOf(file: string): InRoom | undefined {
  for (const room of rooms) {
    const match = expressionOf(room.files).exec(file)
    if (match) return { room, names: match.groups ?? {} }
  }
  return undefined
}

function fill(pattern: string, names: Names): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole)
}

function matches(pattern: string, file: string): boolean {
  return expressionOf(pattern).test(file)
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replaceAll('**', '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '.*')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+?)')
    .replace(/\{([\w-]+(?:,[\w-]+)+)\}/g, (_, words: string) => `(?:${words.replaceAll(',', '|')})`)
  return new RegExp(`^${source}$`)
}
