import { z } from 'zod'
import { type Address, chatKey, personKey } from './address.ts'
import type { Message } from './message.ts'
import { type Part, partSchema } from './part.ts'

/** A file that was sent without a command is what its sender's commands in that chat are about, for so long. */
export const SENT_FILE_KEPT_MS = 60 * 60_000

/** How the last file of a person in a chat is written down. */
export const sentFileSchema = z.object({ at: z.number(), part: partSchema })

/** The setting that it stands under. */
export function sentFileName(from: Pick<Address, 'channel' | 'chat'>, person: string): string {
  return `sent-file:${chatKey(from)} ${personKey(from.channel, person)}`
}

/**
 * The file that a message brings, as a reference: its bytes stay where they are. Undefined when it brings none, or
 * carries it whole.
 */
export function fileIn({ parts }: Pick<Message, 'parts'>): Part | undefined {
  return parts.findLast((part) => part.kind === 'file' && part.media.source !== 'inline')
}
