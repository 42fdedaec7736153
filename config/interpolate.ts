/** A value of the file in which `${NAME}` could not be filled in. */
export interface Gap {
  path: PropertyKey[]
  text: string
}

/**
 * A copy of the tree with `${NAME}` and `${NAME:-default}` filled in from the environment in every text (`$${` writes
 * `${`), and without the keys that have nothing behind them. What cannot be filled in is left out and told.
 */
export function interpolate(
  tree: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): { tree: unknown; gaps: Gap[] } {
  const gaps: Gap[] = []

  function fill(value: unknown, path: PropertyKey[]): unknown {
    if (typeof value === 'string') return fillText(value, path)
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...path, index]))
    if (typeof value !== 'object' || value === null) return value
    const filled = Object.entries(value).map(([key, inner]) => [key, fill(inner, [...path, key])] as const)
    return Object.fromEntries(filled.filter(([, inner]) => inner !== undefined && inner !== null))
  }

  function fillText(text: string, path: PropertyKey[]): string | undefined {
    const before = gaps.length
    const filled = text.replace(
      /\$\$\{|\$\{(?:([A-Za-z_]\w*)(?::-([^}]*))?\})?/g,
      (match, name?: string, fallback?: string) => {
        if (match === '$${') return '${'
        const value = name === undefined ? undefined : environment[name] || fallback
        if (value === undefined) gaps.push({ path, text: name === undefined ? malformed : unset(name) })
        return value ?? ''
      },
    )
    return gaps.length === before ? filled : undefined
  }

  return { tree: fill(tree, []), gaps }
}

const malformed =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the operator writes
  'has a ${ that is not closed or names no variable: write ${NAME} or ${NAME:-default}, or $${ for the characters themselves'

function unset(name: string): string {
  return `needs the environment variable ${name}, which is not set: set it, or write \${${name}:-default}`
}
