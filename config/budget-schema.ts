import { z } from 'zod'
import { groupExample, personExample } from '../src/core/settings/examples.ts'
import { count, text } from '../src/core/settings/pieces.ts'

const MOST = 1_000_000_000_000
const messages = count(0, MOST)
const tokens = count(0, MOST)
const cost = z.number().min(0)
const warnAt = z.number().gt(0).max(1)

const orUnlimited = <Limit extends z.ZodType>(limit: Limit) => z.union([z.literal('unlimited'), limit])

const budget = (whose: string) =>
  z
    .strictObject({
      messages: messages.optional().describe('Questions to a model.'),
      tokens: tokens.optional().describe('Tokens, to the model and from it.'),
      cost: cost.optional().describe('Money, in the currency of the prices at `models`.'),
      warnAt: warnAt.default(0.8).describe('From this part of a limit on there is a warning, once a day.'),
    })
    .prefault({})
    .describe(`What ${whose} may use of the models in a day; what is left out has no limit.`)

const subject = text
  .regex(/^(group:)?[a-z][a-z0-9-]*:.+$/i, `must be channel:person or group:channel:chat, such as ${personExample}`)
  .transform((key) => key.toLowerCase())

/** Days are those of `timeZone`. */
export const budgetsSchema = z
  .strictObject({
    person: budget('each person'),
    group: budget('each group'),
    all: budget('everybody together'),
    subjects: z
      .record(
        subject,
        z.strictObject({
          messages: orUnlimited(messages).optional(),
          tokens: orUnlimited(tokens).optional(),
          cost: orUnlimited(cost).optional(),
          warnAt: warnAt.optional(),
        }),
      )
      .default({})
      .describe(
        `Other limits for one person (${personExample}) or group (group:${groupExample}); \`unlimited\` lifts a limit.`,
      ),
  })
  .prefault({})
  .describe('What may be used of the models in a day. Nothing is limited by default.')
