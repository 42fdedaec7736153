import type { Media, Part } from '../../core/message/part.ts'
import { mediaTypeOf } from '../media-type.ts'
import { writeCodes } from './cq.ts'
import type { Account, Segment, Word } from './simulator.ts'

const mediaKinds = { image: 'image', record: 'voice', video: 'video', file: 'file' } as const
const quotedChars = 60

/**
 * What was said as common parts; names stand beside numbers, a merged forward is one part, and what has no form here is
 * its code.
 */
export function shownParts({ segments, action, chat }: Word, qq: Account): Part[] {
  const group = 'group' in chat ? chat.group : undefined
  if (action?.endsWith('_forward_msg')) {
    const forward = segments.map((segment) => wordsOf([segment], qq, group))
    return [{ kind: 'native', platform: 'onebot', body: { forward } }]
  }
  return segments.map((segment) => shownPart(segment, qq, group))
}

function shownPart(segment: Segment, qq: Account, group: string | undefined): Part {
  const { type, data } = segment
  if (type === 'text') return { kind: 'text', text: data.text ?? '' }
  if (type === 'at') return { kind: 'mention', person: data.qq ?? '', name: nameOf(data.qq ?? '', qq, group) }
  if (type === 'reply') return { kind: 'quote', messageId: data.id, text: quotedText(data.id ?? '', qq, group) }
  if (isMedia(type)) {
    const { media, found } = mediaOf(data, qq)
    return { kind: mediaKinds[type], media, name: data.name, type: found }
  }
  return { kind: 'text', text: writeCodes([segment]) }
}

function isMedia(type: string): type is keyof typeof mediaKinds {
  return Object.hasOwn(mediaKinds, type)
}

/** Bytes that came along are put on the shelf; what lies there already has its name. */
function mediaOf({ file = '', url = file }: Segment['data'], qq: Account): { media: Media; found?: string } {
  if (file.startsWith('base64://')) {
    const bytes = Buffer.from(file.slice('base64://'.length), 'base64')
    return { media: { source: 'platform', id: qq.files.add('', bytes) }, found: mediaTypeOf(bytes) }
  }
  return { media: /^https?:\/\//.test(url) ? { source: 'url', url } : { source: 'platform', id: file } }
}

function nameOf(person: string, qq: Account, group: string | undefined): string {
  if (person === 'all') return '全体成员'
  return qq.nameOf(person, group)
}

function quotedText(messageId: string, qq: Account, group: string | undefined): string | undefined {
  const quoted = qq.known(messageId)
  if (quoted === undefined) return undefined
  const words = wordsOf(
    quoted.segments.filter(({ type }) => type !== 'reply'),
    qq,
    group,
  )
  const letters = [...words.replaceAll(/\s+/g, ' ').trim()]
  const short = letters.length > quotedChars ? [...letters.slice(0, quotedChars), '…'] : letters
  return `${nameOf(quoted.from ?? qq.selfId, qq, group)}: ${short.join('')}`
}

function wordsOf(segments: readonly Segment[], qq: Account, group: string | undefined): string {
  const named: Readonly<Record<string, string>> = { image: '[图片]', record: '[语音]', video: '[视频]', file: '[文件]' }
  return segments
    .map(({ type, data }) => {
      if (type === 'text') return data.text ?? ''
      return type === 'at' ? `@${nameOf(data.qq ?? '', qq, group)} ` : (named[type] ?? `[${type}]`)
    })
    .join('')
}
