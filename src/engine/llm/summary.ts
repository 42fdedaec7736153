import { z } from 'zod'
import type { Conversations } from '../../store/store.ts'

/*
 * The book of a conversation's summaries, kept beside it. Whoever wants to summarise a part first writes a claim of it:
 * the first writer wins, so no part is asked for twice, whichever processes race; one that dies has its claim run out,
 * and its part is dropped. What it came to stands in an end.
 */

const claimSchema = z.object({
  kind: z.literal('claim'),
  by: z.string(),
  /** Entries up to this number are claimed. */
  to: z.number(),
  until: z.number(),
})
const endSchema = z.object({
  kind: z.literal('end'),
  by: z.string(),
  /** Entries up to this number are in the text. */
  to: z.number(),
  text: z.string(),
})
const lineSchema = z.discriminatedUnion('kind', [claimSchema, endSchema])
type Line = z.infer<typeof lineSchema>

/** Lines that are kept: the newest end and its claim, also after a row of claims that came to nothing. */
const KEPT = 40

export interface Book {
  /** What was said up to number `to`, in short; empty while there is none. */
  summary: { to: number; text: string }
  /** Up to this number somebody has summarised, is at it, or has failed. */
  claimedTo: number
  /** Somebody is at it until then. */
  busyUntil: number
}

export const unwritten: Book = { summary: { to: 0, text: '' }, claimedTo: 0, busyUntil: 0 }

/** Where a conversation's summaries are kept. */
function bookOf(conversation: string): string {
  return `summary:${conversation}`
}

export async function readBook(conversations: Conversations, conversation: string): Promise<Book> {
  return bookFrom(await linesOf(conversations, conversation))
}

function bookFrom(lines: readonly Line[]): Book {
  const claims = lines.filter((line) => line.kind === 'claim')
  // An end without its claim is of a conversation that was forgotten meanwhile.
  const ends = lines.filter((line) => line.kind === 'end').filter(({ by }) => claims.some((claim) => claim.by === by))
  const last = claims.at(-1)
  return {
    // One that came late knows less.
    summary: ends.reduce<Book['summary']>((best, end) => (end.to >= best.to ? end : best), unwritten.summary),
    claimedTo: last?.to ?? 0,
    busyUntil: last === undefined || ends.some(({ by }) => by === last.by) ? 0 : last.until,
  }
}

/** Claims what follows `from` up to `to`. False when somebody else has it. */
export async function claimPart(
  conversations: Conversations,
  conversation: string,
  part: { from: number; to: number; by: string; until: number },
): Promise<boolean> {
  const { from, to, by, until } = part
  const claim: Line = { kind: 'claim', by, to, until }
  await conversations.append(bookOf(conversation), [{ id: `after-${from}`, entry: claim }], KEPT)
  const lines = await linesOf(conversations, conversation)
  return lines.some((line) => line.kind === 'claim' && line.by === by)
}

export async function endPart(
  conversations: Conversations,
  conversation: string,
  end: { by: string; to: number; text: string },
): Promise<void> {
  const line: Line = { kind: 'end', ...end }
  await conversations.append(bookOf(conversation), [{ id: `end-${end.by}`, entry: line }], KEPT)
}

/**
 * Forgets a conversation. Its summaries last: a summary that is being begun then finds its part gone, or loses its
 * claim.
 */
export async function forget(conversations: Conversations, conversation: string): Promise<void> {
  await conversations.clear(conversation)
  await conversations.clear(bookOf(conversation))
}

async function linesOf(conversations: Conversations, conversation: string): Promise<Line[]> {
  const kept = await conversations.read(bookOf(conversation), 0, KEPT)
  return z.array(lineSchema).parse(kept.map(({ entry }) => entry))
}
