/** What an element holds: text (CDATA), a number (bare), other elements, or the same element several times. */
type XmlValue = string | number | bigint | XmlFields | readonly (string | number | XmlFields)[]
export interface XmlFields {
  readonly [name: string]: XmlValue | undefined
}
/** What was read: every text a string, a repeated element an array, a single one a plain value. */
export interface XmlRead {
  [name: string]: string | XmlRead | (string | XmlRead)[]
}

export function writeXml(fields: XmlFields): string {
  return `<xml>${elements(fields)}</xml>`
}

function elements(fields: XmlFields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => element(name, one)))
    .join('')
}

function element(name: string, value: XmlValue | undefined): string {
  if (value === undefined) return ''
  return `<${name}>${contentOf(value)}</${name}>`
}

function contentOf(value: XmlValue): string {
  if (typeof value === 'string') return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  if (typeof value !== 'object') return String(value)
  // Arrays were taken apart by `elements`, so what is left here are fields.
  return elements(value as XmlFields)
}

const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.-]+)\s*>|<([\w.-]+)\s*(\/?)>|([^<]+)/y
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Reads what a reply may hold: elements, text, CDATA. Anything else (a DOCTYPE, attributes, a half element) throws. */
export function readXml(text: string): XmlRead {
  const root: Open = { name: '', text: '', fields: {} }
  const open = [root]
  const source = text.trim().replace(/^<\?xml[^>]*\?>\s*/, '')
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source)
    const inner = open.at(-1)
    if (!token || !inner) throw new SyntaxError('not the XML of a reply')
    const [, cdata, closing, opening, isEmpty, plain] = token
    if (opening !== undefined) open.push({ name: opening, text: '', fields: {} })
    else if (closing === undefined) inner.text += cdata ?? decode(plain ?? '')
    if (closing !== undefined || isEmpty) close(open, closing ?? opening)
  }
  const { xml } = root.fields
  if (open.length !== 1 || typeof xml !== 'object' || Array.isArray(xml)) {
    throw new SyntaxError('no single <xml> element')
  }
  return xml
}

interface Open {
  name: string
  text: string
  fields: XmlRead
}

function close(open: Open[], name: string | undefined): void {
  const done = open.pop()
  const parent = open.at(-1)
  if (!done || !parent || done.name !== name) throw new SyntaxError(`unexpected </${name}>`)
  const value = Object.keys(done.fields).length > 0 ? done.fields : done.text
  const before = Object.hasOwn(parent.fields, name) ? parent.fields[name] : undefined
  if (before === undefined) parent.fields[name] = value
  else if (Array.isArray(before)) before.push(value)
  else parent.fields[name] = [before, value]
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
  })
}
