import { codePoints } from '../../core/message/split.ts'
import type { TemplateCard } from './template-card.ts'
import type { CardPart } from './types.ts'

// What an app's card shows in full: https://developer.work.weixin.qq.com/document/path/90236
export const BUTTONS = 6
export const FACTS = 6
export const LABEL_CHARS = 10
const FACT_NAME_CHARS = 5
const FACT_VALUE_CHARS = 30
export const cardRoom = {
  buttons: { title: 36, text: 160 },
  notice: { title: 36, text: 160 },
  textcard: { title: 128, text: 512 },
} as const

/**
 * The form a card takes. A card without buttons must lead somewhere when it is pressed, so one without a URL has none
 * and is said as text; one with facts is a notice, which shows them in a table.
 */
export function cardLayout(card: CardPart): keyof typeof cardRoom | 'none' {
  if (card.buttons !== undefined && card.buttons.length > 0) return 'buttons'
  if (card.url === undefined) return 'none'
  return card.facts !== undefined && card.facts.length > 0 ? 'notice' : 'textcard'
}

export function factFits({ name, value }: { name: string; value: string }): boolean {
  return codePoints(name) <= FACT_NAME_CHARS && codePoints(value) <= FACT_VALUE_CHARS
}

const styles = { primary: 1, danger: 2, plain: 4 } as const

/**
 * A card with buttons or facts as a template card. A pressed button comes back as an event whose key is its command.
 */
export function templateCardOf(card: CardPart, taskId: string): TemplateCard {
  const shared = {
    main_title: { title: card.title },
    sub_title_text: card.text,
    horizontal_content_list: card.facts?.map(({ name, value }) => ({ keyname: name, value })),
    card_action: card.url === undefined ? undefined : { type: 1, url: card.url },
  }
  if (cardLayout(card) !== 'buttons') return { card_type: 'text_notice', ...shared }
  return {
    card_type: 'button_interaction',
    ...shared,
    button_list: card.buttons?.map(({ label, command, style }) => ({
      text: label,
      style: styles[style ?? 'plain'],
      key: command,
    })),
    task_id: taskId,
  }
}
