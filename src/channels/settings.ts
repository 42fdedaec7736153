import { z } from 'zod'
import { channelIdSchema } from '../core/message/address.ts'
import { presetNameSchema } from '../core/model/preset.ts'
import { count, DAY_MS } from '../core/settings/pieces.ts'
import { langSchema } from '../core/text/lang.ts'

/* What accounts say alike, whichever platform they are on. */

/** Ids that mean something else: the web console, callers of the HTTP API, and what a group's grants begin with. */
const takenIds = ['console', 'api', 'group']

export const accountId = channelIdSchema.refine(
  (id) => !takenIds.includes(id),
  'is a name Huitou uses itself: choose another id',
)

const limit = z.strictObject({ count: count(1, 1_000_000), windowMs: count(1, 30 * DAY_MS) })

export const preset = presetNameSchema.optional().describe('The preset of conversations that have chosen none.')

/** Every platform's schema spreads these. */
export const commonSettings = {
  lang: langSchema.optional().describe('The language of people who have not chosen one.'),
  preset,
  overlap: z
    .enum(['queue', 'merge', 'interrupt'])
    .default('queue')
    .describe(
      'Questions to a model while an earlier one of the same person waits or is being answered: queue, one after the other; merge, what comes within mergeMs is one question; interrupt, the newer takes the place of the older.',
    ),
  mergeMs: count(100, 60_000)
    .default(3_000)
    .describe('For `overlap: merge`: how long a question waits for more of it.'),
  limits: z
    .strictObject({ account: z.array(limit).optional(), chat: z.array(limit).optional() })
    .optional()
    .describe(
      'At most `count` sends in any `windowMs`: for the whole account, and for each chat. Instead of the built-in ones.',
    ),
  allowPrivateUrls: z
    .boolean()
    .optional()
    .describe(
      'true: files named by an address may also come from this machine and its network. Only where you trust all who write.',
    ),
}

/** What every account has. */
export type AccountSettings = { id: string; platform: string } & z.output<z.ZodObject<typeof commonSettings>>
