import { XMLParser } from 'fast-xml-parser'
import { refusal } from './refusal.ts'

/** An element without children is its text, one with children an object; `#text` is the white space between them. */
export interface XmlElement {
  [name: string]: string | XmlElement | (string | XmlElement)[]
}

/** Elements that may occur once or several times: always lists. */
const lists = new Set(['SelectedItem', 'OptionId', 'item'])
const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const parser = new XMLParser({
  ignoreAttributes: true,
  // A MsgId is above 2^53 and a userid may be 00123: text stays text.
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => lists.has(name),
  maxNestedTags: 16,
  jPath: false,
  entityDecoder: {
    /** Called for every DOCTYPE: there is none in what the platform sends. */
    addInputEntities() {
      throw refusal('bad_payload')
    },
    decode: (text) => (text.includes('&') ? text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, decodeEntity) : text),
    setExternalEntities() {},
    setXmlVersion() {},
    reset() {},
  },
})

/** What is inside of `<xml>`. Throws UnverifiedError (`bad_payload`) when it is not well-formed or has a DOCTYPE. */
export function readXml(text: string): XmlElement {
  let root: unknown
  try {
    // The parser's answer is untyped; an element with children is what XmlElement says.
    root = (parser.parse(text, true) as { xml?: unknown }).xml
  } catch {
    throw refusal('bad_payload')
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) throw refusal('bad_payload')
  return root as XmlElement // see above
}

function decodeEntity(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return predefined[name] ?? whole
  return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal))
}

/** An element or a text in it; strings become CDATA, numbers stay bare. */
export type XmlChild = string | number | readonly (readonly [name: string, child: XmlChild])[]

/** Writes one element; `children` in the order given. */
export function writeXml(name: string, child: XmlChild): string {
  if (typeof child === 'number') return `<${name}>${child}</${name}>`
  if (typeof child === 'string') return `<${name}><![CDATA[${child.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`
  return `<${name}>${child.map(([inner, value]) => writeXml(inner, value)).join('')}</${name}>`
}
