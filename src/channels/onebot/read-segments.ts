import type { Part } from '../../core/message/part.ts'
import type { Segment } from './types.ts'

/** What a message says. */
export interface Said {
  /** The text alone, without mentions. */
  text: string
  parts: Part[]
  mentionsSelf: boolean
  /** The message_id it replies to. */
  repliesTo?: string
}

const mediaKinds = { image: 'image', record: 'voice', video: 'video', file: 'file' } as const

/** A message's segments in our words; `self` is the bot's own number. What has no word here is kept as it came. */
export function readSegments(segments: readonly Segment[], self: string): Said {
  const said: Said = { text: '', parts: [], mentionsSelf: false }
  for (const segment of segments) {
    const { type, data } = segment
    if (type === 'text') addText(said, data.text ?? '')
    else if (type === 'at') {
      if (data.qq === self) said.mentionsSelf = true
      else if (data.qq !== undefined) said.parts.push({ kind: 'mention', person: data.qq, name: data.name })
    } else if (type === 'reply') {
      said.repliesTo ??= data.id
      said.parts.push({ kind: 'quote', messageId: data.id })
    } else if (isMedia(type)) said.parts.push(mediaPart(type, data))
    else said.parts.push({ kind: 'native', platform: 'onebot', body: { type, data } })
  }
  said.text = said.text.trim()
  return said
}

/** Neighbours are one text: some implementations cut a line in pieces. */
function addText(said: Said, text: string): void {
  said.text += text
  const last = said.parts.at(-1)
  if (last?.kind === 'text') last.text += text
  else if (text.trim() !== '')
    said.parts.push({ kind: 'text', text: said.parts.length === 0 ? text.trimStart() : text })
}

function isMedia(type: string): type is keyof typeof mediaKinds {
  return Object.hasOwn(mediaKinds, type)
}

/** An address expires within hours; without one the implementation is asked for the file by its name. */
function mediaPart(type: keyof typeof mediaKinds, data: Segment['data']): Part {
  const { url, file, file_id: fileId, name = file } = data
  const isUrl = url !== undefined && /^https?:\/\//.test(url)
  const media = isUrl
    ? ({ source: 'url', url } as const)
    : ({ source: 'platform', id: `${type}:${fileId ?? file ?? ''}` } as const)
  return { kind: mediaKinds[type], media, name }
}
