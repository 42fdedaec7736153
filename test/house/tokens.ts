/** A piece of TypeScript as far as the house rules care. Comments and regular expressions are left out. */
export interface Token {
  kind: 'word' | 'string' | 'sign'
  /** A string's is what stands between its quotes; a template has a string for each of its texts. */
  text: string
  line: number
}

/** What may stand before a slash that begins a regular expression rather than divides. */
const beforeExpression = new Set([
  ...['', '(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';', '+', '-', '*', '%', '<', '>', '~', '^'],
  ...['return', 'typeof', 'case', 'in', 'of', 'do', 'else', 'void', 'delete', 'throw', 'await', 'yield', 'new'],
])

/** Reads TypeScript and TSX into tokens. It knows no grammar, only what hides text: quotes, comments, templates, expressions. */
export function readTokens(source: string): Token[] {
  const tokens: Token[] = []
  /** For each open template: how many braces are open in its `${`. */
  const templates: number[] = []
  let line = 1
  let at = 0

  const skip = (length: number) => {
    line += source.slice(at, at + length).split('\n').length - 1
    at += length
  }
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0] ?? ''
  }
  const add = (kind: Token['kind'], text: string) => tokens.push({ kind, text, line })

  /** The text of a template up to its end or its next `${`. */
  const skipTemplateText = () => {
    const text = match(/(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y)
    if (text !== '') add('string', text)
    skip(text.length)
    if (source[at] === '`') templates.pop()
    skip(source[at] === '`' ? 1 : 2)
  }

  while (at < source.length) {
    const hidden = match(/\s+|\/\/.*|\/\*[\s\S]*?\*\//y)
    const word = match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/uy)
    // In TSX an apostrophe may stand in plain text, so a string that does not end in its line is none.
    const string = match(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y)
    const last = tokens.at(-1)
    const expression =
      last?.kind !== 'string' && beforeExpression.has(last?.text ?? '')
        ? match(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/y)
        : ''
    const open = templates.length - 1
    if (hidden) skip(hidden.length)
    else if (word) {
      add('word', word)
      skip(word.length)
    } else if (string) {
      add('string', string.slice(1, -1))
      skip(string.length)
    } else if (expression) skip(expression.length)
    else if (source[at] === '`') {
      templates.push(0)
      skip(1)
      skipTemplateText()
    } else if (source[at] === '}' && templates[open] === 0) {
      skip(1)
      skipTemplateText()
    } else {
      if (open >= 0 && source[at] === '{') templates[open] = (templates[open] ?? 0) + 1
      if (open >= 0 && source[at] === '}') templates[open] = (templates[open] ?? 0) - 1
      add('sign', source[at] ?? '')
      skip(1)
    }
  }
  return tokens
}

export interface Import {
  from: string
  isType: boolean
  /** By `import()`: nothing is loaded before it is called. */
  isLate: boolean
  line: number
}

/** Everything a file imports: statements, re-exports, `import()` of a fixed text, and `import('…')` in types. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || (token.text !== 'import' && token.text !== 'export')) continue
    if (tokens[index - 1]?.text === '.') continue
    const source = sourceAfter(tokens, index)
    const [next] = tokens.slice(index + 1)
    if (!source) continue
    found.push({ from: source.text, isType: next?.text === 'type', isLate: next?.text === '(', line: token.line })
  }
  return found
}

function sourceAfter(tokens: readonly Token[], index: number): Token | undefined {
  const [next, second] = tokens.slice(index + 1)
  const isImport = tokens[index]?.text === 'import'
  if (isImport && next?.kind === 'string') return next
  if (isImport && next?.text === '(') return second?.kind === 'string' ? second : undefined
  for (const [offset, token] of tokens.slice(index + 1).entries()) {
    if (token.text === 'from' && tokens[index + offset + 2]?.kind === 'string') return tokens[index + offset + 2]
    const belongs = token.kind === 'word' || [',', '*', '{', '}'].includes(token.text) || token.kind === 'string'
    const isDeclaration = !isImport && offset === 0 && token.kind === 'word' && token.text !== 'type'
    if (!belongs || isDeclaration) return undefined
  }
  return undefined
}
