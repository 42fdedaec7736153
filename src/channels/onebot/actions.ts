import type { Delivery } from '../../core/delivery/delivery.ts'
import type { Action, MediaPart, Segment } from './types.ts'

/*
 * Which action a delivery becomes. Always the one for its kind of chat with its one id: `send_msg` with two ids goes to
 * the group with some implementations and to the person with others. Words are text segments, so nothing in them can
 * become a code; all data are texts, which Lagrange insists on.
 */

const mediaTypes = { image: 'image', voice: 'record', video: 'video' } as const

/** The parts after the first of a long text; only the first quotes the question. */
const laterPart = /^\((?!1\/)\d+\/\d+\)\n/

/**
 * What the action for a message says. `file`: the bytes of its media part, as the implementations take them
 * (`base64://…`).
 */
export function messageAction({ to, part }: Delivery, file?: string): Action {
  const segments: Segment[] = []
  const quotes = to.chatKind === 'group' && to.replyTo !== undefined
  if (part.kind === 'text') {
    if (quotes && !laterPart.test(part.text)) segments.push({ type: 'reply', data: { id: to.replyTo ?? '' } })
    for (const { person } of part.mentions ?? []) {
      segments.push({ type: 'at', data: { qq: person } }, { type: 'text', data: { text: ' ' } })
    }
    if (part.text !== '') segments.push({ type: 'text', data: { text: part.text } })
  } else if (part.kind === 'native' && typeof part.body.type === 'string') {
    segments.push({ type: part.body.type, data: textsOf(part.body.data) })
  } else if (part.kind === 'image' || part.kind === 'voice' || part.kind === 'video') {
    segments.push({ type: mediaTypes[part.kind], data: { file: file ?? '' } })
  }
  return inChat(to, 'send_group_msg', 'send_private_msg', { message: segments })
}

/** The action that uploads a file into a chat. */
export function uploadAction({ to, part }: Delivery & { part: MediaPart }, file: string, name: string): Action {
  return inChat(to, 'upload_group_file', 'upload_private_file', { file, name: part.name ?? name })
}

/** The action for a merged forward (合并转发) of texts; the bot appears as who said them. */
export function forwardAction({ to }: Delivery, texts: readonly string[], account: string): Action {
  const messages = texts.map((text) => {
    const content = [{ type: 'text', data: { text } }]
    // Old and new names of the same: implementations differ in which they read.
    return { type: 'node', data: { user_id: account, nickname: 'bot', uin: account, name: 'bot', content } }
  })
  return inChat(to, 'send_group_forward_msg', 'send_private_forward_msg', { messages })
}

/** The texts of a merged forward, when that is what a delivery is. */
export function forwardTexts({ part }: Delivery): string[] | undefined {
  if (part.kind !== 'native' || !Array.isArray(part.body.forward)) return undefined
  return part.body.forward.map(String)
}

/**
 * The same message without what some implementations refuse as a whole when they do not know it: the quote, and
 * mentions as words instead.
 */
export function withoutReferences({ action, params }: Action): Action | undefined {
  const message = Array.isArray(params.message) ? (params.message as Segment[]) : [] // made above
  if (!message.some(({ type }) => type === 'reply' || type === 'at')) return undefined
  const plain = message.flatMap((segment) => {
    if (segment.type === 'reply') return []
    return segment.type === 'at' ? [{ type: 'text', data: { text: `@${segment.data.qq}` } }] : [segment]
  })
  return { action, params: { ...params, message: plain } }
}

function inChat(to: Delivery['to'], inGroup: string, inPrivate: string, params: Record<string, unknown>): Action {
  if (to.chatKind === 'group') return { action: inGroup, params: { group_id: groupNumber(to.chat), ...params } }
  const group = to.thread === undefined ? {} : { group_id: to.thread }
  return { action: inPrivate, params: { user_id: to.chat, ...group, ...params } }
}

function groupNumber(chat: string): string {
  return chat.replace(/^g/i, '')
}

function textsOf(data: unknown): Record<string, string> {
  if (typeof data !== 'object' || data === null) return {}
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]))
}
