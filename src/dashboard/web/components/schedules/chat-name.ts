import type { ListedSchedule } from '../../../api/shapes.ts'

/** A chat as grants and commands write it. */
export function chatName({ channel, chat, chatKind }: ListedSchedule['to']): string {
  return chatKind === 'group' ? `group:${channel}:${chat}` : `${channel}:${chat}`
}
