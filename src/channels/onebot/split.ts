import type { Part } from '../../core/message/part.ts'
import { codePoints, splitNumbered, splitText } from '../../core/message/split.ts'

/** QQ tells no limit; longer texts are refused at times. */
export const TEXT_CHARS = 3_000

type Mentions = Extract<Part, { kind: 'text' }>['mentions']

/**
 * What goes out in one send each. A mention belongs to the text that follows it. A long text becomes numbered messages
 * or, with `longAnswers: 'forward'`, one merged forward. Cards and links become words; events are left out.
 */
export function splitParts(parts: readonly Part[], longAnswers: 'split' | 'forward'): Part[] {
  const out: Part[] = []
  let mentions: NonNullable<Mentions> = []
  /** Words that wait for the text they belong to. */
  let lead = ''
  const say = (text: string): void => {
    if (text.trim() !== '') out.push(...textParts(text, mentions, longAnswers))
    else if (mentions.length > 0) out.push({ kind: 'text', text: '', mentions })
    mentions = []
    lead = ''
  }
  for (const part of parts) {
    switch (part.kind) {
      case 'event':
        break
      case 'mention':
        mentions = [...mentions, { person: part.person, name: part.name }]
        break
      case 'quote':
        if (part.text !== undefined) lead += `「${part.text}」\n`
        break
      case 'image':
      case 'file':
      case 'voice':
      case 'video':
      case 'native':
        if (lead !== '' || mentions.length > 0) say(lead)
        out.push(part)
        break
      default:
        say(lead + wordsOf(part))
    }
  }
  if (lead !== '' || mentions.length > 0) say(lead)
  return out
}

function textParts(text: string, mentions: NonNullable<Mentions>, longAnswers: 'split' | 'forward'): Part[] {
  if (longAnswers === 'forward' && codePoints(text) > TEXT_CHARS) {
    return [{ kind: 'native', platform: 'onebot', body: { forward: splitText(text, TEXT_CHARS, codePoints) } }]
  }
  return splitNumbered(text, TEXT_CHARS, codePoints).map((piece, place) => ({
    kind: 'text',
    text: piece,
    ...(place === 0 && mentions.length > 0 && { mentions }),
  }))
}

function wordsOf(
  part: Exclude<Part, { kind: 'event' | 'mention' | 'quote' | 'image' | 'file' | 'voice' | 'video' | 'native' }>,
): string {
  switch (part.kind) {
    case 'text':
    case 'markdown':
      return part.text
    case 'location':
      return `${part.label ?? ''} (${part.latitude}, ${part.longitude})`.trim()
    case 'link':
      return lines(part.title, part.description, part.url)
    case 'news':
      return part.articles.map(({ title, description, url }) => lines(title, description, url)).join('\n\n')
    case 'card':
      return lines(
        part.title,
        part.text,
        ...(part.facts ?? []).map(({ name, value }) => `${name}: ${value}`),
        part.url,
        ...(part.buttons ?? []).map(({ label, command }) => `▸ ${label}: ${command}`),
      )
  }
}

function lines(...texts: (string | undefined)[]): string {
  return texts.filter(Boolean).join('\n')
}
