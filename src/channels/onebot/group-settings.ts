import { z } from 'zod'
import { count, DAY_MS, list, SECOND_MS, text } from '../../core/settings/pieces.ts'
import { patternFault } from '../../core/text/pattern.ts'
import { preset } from '../settings.ts'

/* What a bot does in QQ groups and with requests, as it is written in the file. */

export const qqNumber = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().regex(/^\d{5,12}$/, 'must be a QQ number'),
)

const pattern = text.superRefine((source, context) => {
  const fault = patternFault(source, 'iu')
  if (fault !== undefined) context.addIssue(fault)
})
const muteMs = count(SECOND_MS, 30 * DAY_MS)

const joinRule = {
  answer: pattern.optional().describe('A regular expression; whose answer it fits is approved.'),
  people: list(qqNumber).default([]).describe('QQ numbers that are approved.'),
  otherwise: z
    .enum(['ask', 'reject', 'leave'])
    .default('leave')
    .describe('All others: ask whoever was granted `group requests`, reject them, or leave them to others.'),
  reason: text.optional().describe('What who is rejected reads.'),
}

const askIn = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().regex(/^g?\d{5,12}$/, 'must be g and a group number, or the QQ number of who decides'),
)

/** A request that no group belongs to has to be asked about somewhere. */
const askedRule = z
  .strictObject({
    ...joinRule,
    askIn: askIn.optional().describe('Where to ask: g and a group number, or a QQ number.'),
  })
  .refine(({ otherwise, askIn: where }) => otherwise !== 'ask' || where !== undefined, {
    error: 'is needed to ask: name the group or person who decides',
    path: ['askIn'],
  })

export const friendRequests = askedRule.describe('Who may become a friend of the bot. Left out: left to others.')
export const groupInvites = askedRule.describe('Whose invitations into groups the bot takes. Left out: left to others.')

const wordRule = z
  .strictObject({
    words: list(text).default([]).describe('Texts anywhere in a message, whatever their case.'),
    patterns: list(pattern).default([]).describe('Regular expressions.'),
    do: list(z.enum(['recall', 'mute', 'kick']))
      .default(['recall'])
      .describe('What is done about it, in this order.'),
    muteMs: muteMs.default(600 * SECOND_MS).describe('How long for `mute`.'),
    say: text.optional().describe('What the group reads.'),
  })
  .refine(({ words, patterns }) => words.length + patterns.length > 0, 'names no word')

export const groupRule = z.strictObject({
  answer: list(z.enum(['prefix', 'mention', 'reply', 'keyword', 'all']))
    .default(['prefix', 'mention', 'reply'])
    .describe(
      'What makes the bot answer: a leading prefix, an @ of it, a reply to it, a keyword (of `keywords` or of any command), or all that is said.',
    ),
  prefixes: list(text).default(['/', '#']).describe('Leading texts for `prefix`.'),
  keywords: list(text)
    .default([])
    .describe('Texts anywhere in a message for `keyword`, beside those that commands are called by.'),
  preset,
  welcome: text.optional().describe('Said to who joins, after a mention of them.'),
  join: z.strictObject(joinRule).optional().describe('Requests to join. Left out: left to others.'),
  words: z.array(wordRule).default([]).describe("Words that may not be said. The group's administrators may."),
  flood: z
    .strictObject({
      messages: count(2, 1_000).default(10),
      withinMs: count(SECOND_MS, 600 * SECOND_MS).default(10 * SECOND_MS),
      muteMs: muteMs.default(60 * SECOND_MS),
    })
    .optional()
    .describe('Who says more messages than this is muted for `muteMs`.'),
  exempt: list(qqNumber).default([]).describe('People to whom words and flood do not apply.'),
})
