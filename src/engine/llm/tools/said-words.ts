import type { Part } from '../../../core/message/part.ts'
import { inLang, type Lang } from '../../../core/text/lang.ts'
import { toolSentences } from './sentences.ts'

/** About what a model can still make something of. */
const MOST_CHARS = 16_000

type MediaPart = Extract<Part, { media: unknown }>

/** What a command said, for a model: its words, and the names of what goes to the chat beside them. */
export function saidWords(parts: readonly Part[], lang: Lang): { text: string; media: MediaPart[] } {
  const media = parts.filter((part) => 'media' in part)
  const words = parts.map(wordsOf).filter((text) => text !== '')
  const names = media.map(({ kind, name }) => (name === undefined ? kind : `${kind} ${name}`))
  const clipped = clip(words.join('\n'), lang)
  return {
    text: names.length === 0 ? clipped : `${clipped}\n${inLang(lang, toolSentences.attached(names))}`.trim(),
    media,
  }
}

/** A result no longer than a model should read. */
export function clip(text: string, lang: Lang): string {
  if (text.length <= MOST_CHARS) return text
  return `${text.slice(0, MOST_CHARS).toWellFormed()}\n${inLang(lang, toolSentences.clipped)}`
}

/** What a part says in words; nothing for what is looked at or listened to. */
export function wordsOf(part: Part): string {
  switch (part.kind) {
    case 'text':
    case 'markdown':
      return part.text
    case 'link':
      return `${part.title} ${part.url} ${part.description ?? ''}`.trim()
    case 'news':
      return part.articles.map(({ title, url }) => `${title} ${url}`).join('\n')
    case 'card': {
      const facts = (part.facts ?? []).map(({ name, value }) => `${name}: ${value}`)
      return [part.title, part.text ?? '', ...facts, part.url ?? ''].filter((line) => line !== '').join('\n')
    }
    case 'location':
      return `${part.label ?? ''} ${part.latitude},${part.longitude}`.trim()
    default:
      return ''
  }
}
