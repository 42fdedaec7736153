import type { Part } from '../../../../core/message/part.ts'
import type { Text } from '../../text/zh.ts'

const LETTERS = 60

/** What a bubble says in one short line, for a quote of it. */
export function previewOf(parts: readonly Part[], text: Text): string {
  const words = parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
        case 'markdown':
          return part.text
        case 'mention':
          return `@${part.name ?? part.person} `
        case 'image':
          return `[${text.console.picture}]`
        case 'file':
        case 'voice':
        case 'video':
          return `[${text.console[part.kind]}]`
        case 'quote':
          return ''
        default:
          return '[…]'
      }
    })
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const letters = [...words]
  return letters.length > LETTERS ? `${letters.slice(0, LETTERS).join('')}…` : words
}
