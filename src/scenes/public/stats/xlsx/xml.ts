import type { Readable } from 'node:stream'
import { SaxesParser } from 'saxes'

/** An element as it opens, its name without a namespace. */
export interface Node {
  name: string
  parent: string | undefined
  attributes: Readonly<Record<string, string>>
}

export interface XmlListener {
  open?(node: Node): void
  text?(text: string): void
  close?(name: string): void
  /** After each piece of the stream: where what was read is written on. */
  piece?(): Promise<void>
}

/** Reads XML as it comes; nothing is kept of it here. Throws when it is none. */
export async function readXml(stream: Readable, listener: XmlListener): Promise<void> {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false })
  const above: string[] = []
  let fault: Error | undefined
  parser.on('error', (error) => {
    fault ??= error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const own = localName(name)
    listener.open?.({ name: own, parent: above.at(-1), attributes })
    above.push(own)
  })
  parser.on('text', (text) => listener.text?.(text))
  parser.on('closetag', ({ name }) => {
    above.pop()
    listener.close?.(localName(name))
  })
  const decoder = new TextDecoder('utf-8')
  for await (const chunk of stream) {
    parser.write(decoder.decode(chunk, { stream: true }))
    if (fault !== undefined) throw fault
    await listener.piece?.()
  }
  parser.close()
  if (fault !== undefined) throw fault
  await listener.piece?.()
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
