import { z } from 'zod'

const person = z.string().min(1)

/**
 * What a bot does in a chat beside speaking; each has the same effect when it is done twice. People and messages by the
 * platform's own ids.
 */
export const chatActionSchema = z.discriminatedUnion('kind', [
  /** Nobody hears the person for so long; 0 lifts it. */
  z.object({ kind: z.literal('mute'), person, forMs: z.number().min(0) }),
  z.object({ kind: z.literal('mute-all'), isMuted: z.boolean() }),
  /** `forGood`: they may not ask to come back. */
  z.object({ kind: z.literal('kick'), person, forGood: z.boolean().optional() }),
  z.object({ kind: z.literal('recall'), messageId: z.string().min(1) }),
  /** The name a member has in the group; empty takes it away. */
  z.object({ kind: z.literal('set-card'), person, card: z.string() }),
  z.object({ kind: z.literal('set-title'), person, title: z.string() }),
  /** To a request that an event brought; `request` is what stands in its `data`, as it is. */
  z.object({
    kind: z.literal('answer-request'),
    request: z.record(z.string(), z.string()),
    isApproved: z.boolean(),
    note: z.string().optional(),
  }),
])
export type ChatAction = z.infer<typeof chatActionSchema>
