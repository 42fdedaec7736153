import type { Said } from './read-segments.ts'
import type { GroupRule, OnebotConfig } from './settings.ts'

const usual: Pick<GroupRule, 'answer' | 'prefixes' | 'keywords'> = {
  answer: ['prefix', 'mention', 'reply'],
  prefixes: ['/', '#'],
  keywords: [],
}

/** Whether something said in a group is said to the bot. */
export function isForBot(
  said: Said,
  group: string,
  groups: OnebotConfig['groups'],
  isOurs: (messageId: string) => boolean,
  isTriggered: (text: string) => boolean,
): boolean {
  const { answer, prefixes, keywords } = groups[group] ?? groups.default ?? usual
  // A Chinese keyboard writes the slash full-width.
  const start = said.text.replace(/^／/, '/')
  const ways = {
    all: () => true,
    mention: () => said.mentionsSelf,
    reply: () => said.repliesTo !== undefined && isOurs(said.repliesTo),
    prefix: () => prefixes.some((prefix) => start.startsWith(prefix)),
    keyword: () => keywords.some((keyword) => said.text.includes(keyword)) || isTriggered(said.text),
  }
  return answer.some((way) => ways[way]())
}
