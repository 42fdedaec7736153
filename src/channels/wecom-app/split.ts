import type { Part } from '../../core/message/part.ts'
import { clipText, codePoints, splitNumbered } from '../../core/message/split.ts'
import { BUTTONS, cardLayout, cardRoom, FACTS, factFits, LABEL_CHARS } from './card.ts'
import { type CardPart, NEWS_ARTICLES, TEXT_BYTES } from './types.ts'

/**
 * What goes out in one send each. Long texts become numbered parts; mentions and quotes, which a one-to-one
 * conversation has not, become words before the text they stand at; what a card cannot show goes ahead of it as text.
 * Blank texts and events are left out: WeCom refuses the one and nobody can be shown the other.
 */
export function splitParts(parts: readonly Part[]): Part[] {
  const out: Part[] = []
  /** Words that wait for the text they belong to. */
  let lead = ''
  const flush = () => {
    out.push(...textParts('text', lead))
    lead = ''
  }
  for (const part of parts) {
    switch (part.kind) {
      case 'event':
        break
      case 'mention':
        lead += `@${part.name ?? part.person} `
        break
      case 'quote':
        if (part.text !== undefined) lead += `「${part.text}」\n`
        break
      case 'text':
      case 'markdown':
        out.push(...textParts(part.kind, lead + part.text))
        lead = ''
        break
      case 'location':
        lead += `${part.label ?? ''} (${part.latitude}, ${part.longitude})`.trim()
        flush()
        break
      case 'news':
        flush()
        for (let i = 0; i < part.articles.length; i += NEWS_ARTICLES) {
          out.push({ ...part, articles: part.articles.slice(i, i + NEWS_ARTICLES) })
        }
        break
      case 'card':
        flush()
        out.push(...cardParts(part))
        break
      default:
        flush()
        out.push(part)
    }
  }
  flush()
  return out
}

function textParts(kind: 'text' | 'markdown', text: string): Part[] {
  return text.trim() === '' ? [] : splitNumbered(text, TEXT_BYTES).map((piece) => ({ kind, text: piece }))
}

/** The card, cut to what one shows; whatever does not fit is said in full as text before it. */
function cardParts(card: CardPart): Part[] {
  const layout = cardLayout(card)
  const facts = card.facts ?? []
  const asLines = facts.map(({ name, value }) => `${name}: ${value}`)
  if (layout === 'none') return textParts('text', [card.title, card.text, ...asLines].filter(Boolean).join('\n'))

  const room = cardRoom[layout]
  const keepsFacts = layout !== 'textcard' && facts.length <= FACTS && facts.every(factFits)
  const words = [card.text, ...(keepsFacts ? [] : asLines)].filter(Boolean).join('\n')
  const fits = codePoints(card.title) <= room.title && codePoints(words) <= room.text
  const shown: CardPart = {
    ...card,
    title: clipText(card.title, room.title, codePoints),
    text: fits ? words || undefined : undefined,
    facts: keepsFacts ? card.facts : undefined,
  }
  const ahead = fits ? [] : textParts('text', `${card.title}\n${words}`)
  if (layout !== 'buttons') return [...ahead, shown]
  const buttons = (card.buttons ?? []).map((button) => ({
    ...button,
    label: clipText(button.label, LABEL_CHARS, codePoints),
  }))
  const cards: Part[] = []
  for (let i = 0; i < buttons.length; i += BUTTONS) {
    const first = i === 0 ? shown : { kind: shown.kind, title: shown.title }
    cards.push({ ...first, buttons: buttons.slice(i, i + BUTTONS) })
  }
  return [...ahead, ...cards]
}
