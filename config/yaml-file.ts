import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Problem } from './config-error.ts'

/** A YAML text that knows where each of its values stands. */
export interface YamlFile {
  /** Undefined when it is empty or cannot be read. */
  tree: unknown
  /** What makes it unreadable. */
  problems: Problem[]
  /** `file:line:column` of the value at this path, or of the nearest that is there. */
  placeOf(path: readonly PropertyKey[]): string
  /** The same of the key at its end, rather than of what stands behind it. */
  placeOfKey(path: readonly PropertyKey[]): string
}

export function readYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    place: place(pos[0]),
    name: '',
    text: `is not YAML: ${withoutSource(message)}`,
  }))

  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node)

  function placeOf(path: readonly PropertyKey[]): string {
    let node: unknown = document.contents
    let offset = document.contents?.range?.[0] ?? 0
    for (const step of path) {
      const next = childOf(resolve(node), step)
      if (!next) break
      node = next.value
      offset = next.offset
    }
    return place(offset)
  }

  function placeOfKey(path: readonly PropertyKey[]): string {
    let node: unknown = document.contents
    for (const step of path.slice(0, -1)) node = childOf(resolve(node), step)?.value
    const offset = childOf(resolve(node), path.at(-1) ?? '')?.keyOffset
    return offset === undefined ? placeOf(path) : place(offset)
  }

  return { tree: problems.length > 0 ? undefined : (document.toJS() ?? undefined), problems, placeOf, placeOfKey }
}

function childOf(node: unknown, step: PropertyKey): { value: unknown; offset: number; keyOffset: number } | undefined {
  if (isSeq<Node>(node) && typeof step === 'number') {
    const value = node.items[step]
    const offset = value?.range?.[0]
    return offset === undefined ? undefined : { value, offset, keyOffset: offset }
  }
  if (!isMap<Node, Node | null>(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step)
  const keyOffset = pair?.key.range?.[0]
  if (!pair || keyOffset === undefined) return undefined
  // A key with nothing behind it has its value at no visible place.
  const isBlank = isScalar(pair.value) && pair.value.value === null
  return { value: pair.value, offset: isBlank ? keyOffset : (pair.value?.range?.[0] ?? keyOffset), keyOffset }
}

/** The parser's messages quote what it stumbled over, which may be half of a secret. */
function withoutSource(message: string): string {
  return message.replace(/[:\\].*$/s, '')
}
