import { type Answer, refuse } from './answer.ts'

/** A template_card as it was sent; its fields may hold anything. */
export type Card = Readonly<Record<string, unknown>>

/** Which fields a card of each type shows (document 90236); what is not here is accepted and never shown. */
const EVERY_CARD = ['card_type', 'source', 'action_menu', 'main_title', 'task_id', 'replace_text']
const NOTICE = ['quote_area', 'horizontal_content_list', 'jump_list', 'card_action']
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  text_notice: [...NOTICE, 'emphasis_content', 'sub_title_text'],
  news_notice: [...NOTICE, 'card_image', 'image_text_area', 'vertical_content_list'],
  button_interaction: [
    'quote_area',
    'sub_title_text',
    'horizontal_content_list',
    'card_action',
    'button_selection',
    'button_list',
  ],
  vote_interaction: ['checkbox', 'submit_button'],
  multiple_interaction: ['select_list', 'submit_button'],
}
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text_notice: ['card_action'],
  news_notice: ['main_title', 'card_action'],
  button_interaction: ['main_title', 'button_list', 'task_id'],
  vote_interaction: ['main_title', 'checkbox', 'submit_button', 'task_id'],
  multiple_interaction: ['main_title', 'select_list', 'submit_button', 'task_id'],
}
const MOST_ITEMS: Readonly<Record<string, number>> = {
  button_list: 6,
  select_list: 3,
  horizontal_content_list: 6,
  vertical_content_list: 4,
  jump_list: 3,
}
const TASK_ID = /^[0-9A-Za-z_\-@]{1,128}$/
const KEY_BYTES = 1024

/**
 * A refusal, or undefined for a card that is accepted. Of the codes 42014 to 42051 only the meaning of 42014 (task_id)
 * is sure; here 42015 is the card's type and 42016 everything else about its fields.
 */
export function checkCard(card: Card, isTaskIdUsed: (taskId: string) => boolean): Answer | undefined {
  const type = cardType(card)
  const required = REQUIRED[type]
  if (!required) return refuse(42015)
  if (required.includes('task_id') || card.task_id !== undefined || card.action_menu !== undefined) {
    const taskId = card.task_id
    if (typeof taskId !== 'string' || !TASK_ID.test(taskId)) return refuse(42014)
    if (isTaskIdUsed(taskId)) return refuse(42014, 'this task_id was used before')
  }
  const missing = required.find((name) => isEmpty(card[name]))
  if (missing !== undefined) return refuse(42016, `${type} needs ${missing}`)
  if (type === 'text_notice' && isEmpty(field(card.main_title, 'title')) && isEmpty(card.sub_title_text)) {
    return refuse(42016, 'main_title.title or sub_title_text')
  }
  for (const [name, most] of Object.entries(MOST_ITEMS)) {
    const items = card[name]
    if (items !== undefined && (!Array.isArray(items) || items.length > most))
      return refuse(42016, `${name}: 1-${most}`)
  }
  return checkButtons(card)
}

function checkButtons(card: Card): Answer | undefined {
  const buttons: unknown[] = Array.isArray(card.button_list) ? card.button_list : []
  for (const button of buttons) {
    const [text, key, type] = [field(button, 'text'), field(button, 'key'), field(button, 'type')]
    if (isEmpty(text)) return refuse(42016, 'a button has no text')
    if (type === 1 ? isEmpty(field(button, 'url')) : isEmpty(key)) return refuse(42016, 'a button has no key')
    if (typeof key === 'string' && Buffer.byteLength(key) > KEY_BYTES) return refuse(42016, 'a button key is too long')
  }
  return undefined
}

/** Fields that this type of card does not have. */
export function notShownOf(card: Card): string[] {
  const shown = [...EVERY_CARD, ...(SHOWN[cardType(card)] ?? [])]
  return Object.keys(card).filter((name) => !shown.includes(name))
}

/** Cards that call back need a callback URL and bring a response_code. */
export function isInteractive(card: Card): boolean {
  return cardType(card).endsWith('_interaction') || card.action_menu !== undefined
}

function cardType(card: Card): string {
  return typeof card.card_type === 'string' ? card.card_type : ''
}

function field(value: unknown, name: string): unknown {
  // An object that is not null has fields of unknown types.
  return typeof value === 'object' && value !== null ? (value as Card)[name] : undefined
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
