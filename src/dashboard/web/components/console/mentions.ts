import type { Part } from '../../../../core/message/part.ts'
import type { ConsoleChat } from '../../../api/console/shapes.ts'
import type { Hint } from './hints.ts'

type Person = ConsoleChat['people'][number]

/** Who can be pointed out by an @ in a chat, the bot first. */
export function mentionable({ people, chatKind, simulated }: ConsoleChat): readonly Person[] {
  return chatKind === 'group' && simulated?.takes.includes('mention') ? [simulated.bot, ...people] : []
}

/** What was typed as parts: `@name` becomes a mention where the platform has such. */
export function partsOfTyped(typed: string, chat: ConsoleChat): Part[] {
  const people = mentionable(chat)
  if (people.length === 0) return [{ kind: 'text', text: typed }]
  // The longest name first, so that 张三丰 is not 张三.
  const names = people.map(({ name }) => name).toSorted((one, other) => other.length - one.length)
  const pieces = typed.split(new RegExp(`(@(?:${names.map(escaped).join('|')})(?=\\s|$))`, 'u'))
  return pieces.flatMap((piece): Part[] => {
    const person = people.find(({ name }) => piece === `@${name}`)
    if (person) return [{ kind: 'mention', person: person.id, name: person.name }]
    return piece === '' ? [] : [{ kind: 'text', text: piece }]
  })
}

/** Who an @ at the end of what is typed may mean. */
export function mentionHints(typed: string, chat: ConsoleChat, bot: string): Hint[] {
  const begun = /(?:^|\s)@([^\s@]*)$/u.exec(typed)?.[1]
  if (begun === undefined) return []
  const before = typed.slice(0, typed.length - begun.length)
  return mentionable(chat)
    .filter(({ id, name }) => name.toLowerCase().startsWith(begun.toLowerCase()) || id.startsWith(begun))
    .map(({ id, name }) => ({
      words: before + name,
      usage: `@${name}`,
      summary: id === chat.simulated?.bot.id ? bot : id,
      isPublic: true,
    }))
}

function escaped(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
