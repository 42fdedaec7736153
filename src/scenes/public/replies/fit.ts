import type { Message } from '#scene'
import { chatKey } from '../../../core/message/address.ts'
import type { Reply } from './read.ts'

/** Whether the text asks for the reply: the same as its triggers say. */
export function fits({ texts, match, pattern }: Reply, text: string): boolean {
  const said = text.trim().toLowerCase()
  const isSaid = (keyword: string): boolean => (match === 'exact' ? said === keyword : said.includes(keyword))
  return texts.some((keyword) => isSaid(keyword.toLowerCase())) || (pattern?.test(text) ?? false)
}

/** Whether the reply is for this chat. */
export function isFor({ groups, exceptGroups }: Reply, from: Message['from']): boolean {
  const key = chatKey(from)
  const isGroup = from.chatKind === 'group'
  return (groups === undefined || (isGroup && groups.includes(key))) && !(isGroup && exceptGroups.includes(key))
}
