import type { XmlRead } from './xml.ts'

type Element = XmlRead[string] | undefined

/**
 * A passive reply (document 90241) in the shape that message/send has; undefined for what is no message to a member.
 */
export function passiveContent(msgType: string, fields: XmlRead): Record<string, unknown> | undefined {
  switch (msgType) {
    case 'text':
      return { content: textOf(fields.Content) }
    case 'image':
      return { media_id: textOf(inner(fields.Image).MediaId) }
    case 'voice':
      return { media_id: textOf(inner(fields.Voice).MediaId) }
    case 'video': {
      const { MediaId, Title, Description } = inner(fields.Video)
      return { media_id: textOf(MediaId), title: textOf(Title), description: textOf(Description) }
    }
    case 'news':
      return { articles: listOf(inner(fields.Articles).item).map(articleOf) }
    case 'update_button':
    case 'update_template_card':
      return undefined
    default:
      throw new SyntaxError(`there is no passive reply of type ${msgType}`)
  }
}

function articleOf(item: Element): Record<string, unknown> {
  const { Title, Description, PicUrl, Url } = inner(item)
  return { title: textOf(Title), description: textOf(Description), picurl: textOf(PicUrl), url: textOf(Url) }
}

function textOf(element: Element): string {
  return typeof element === 'string' ? element : ''
}

function inner(element: Element): XmlRead {
  return typeof element === 'object' && !Array.isArray(element) ? element : {}
}

function listOf(element: Element): Element[] {
  if (element === undefined) return []
  return Array.isArray(element) ? element : [element]
}
