import type { Message } from '../message/message.ts'
import type { Part } from '../message/part.ts'
import type { CommandEntry } from './catalog.ts'

/** What happened, when that is what a message tells of and nothing was said. */
export function happeningOf({
  text,
  parts,
}: Pick<Message, 'text' | 'parts'>): Extract<Part, { kind: 'event' }> | undefined {
  return text === '' ? parts.find((part) => part.kind === 'event') : undefined
}

/**
 * Whether a command is called by what happens and never by words: it needs no grant, for no person asks for it, and
 * stands in no list of what people may ask for.
 */
export function isByEvent({ triggers }: Pick<CommandEntry, 'triggers'>): boolean {
  return triggers.length > 0 && triggers.every(({ kind }) => kind === 'event')
}
