import { z } from 'zod'

/* What `up` and the release that runs under it say to each other, in order, over the child's IPC channel. */

/** How the attempts at tasks ended, since the start. */
export const tallySchema = z.object({ ended: z.number(), failed: z.number() })
export type Tally = z.infer<typeof tallySchema>

export const toReleaseSchema = z.discriminatedUnion('kind', [
  /** The answer to `loaded`: store and channels are its own now. */
  z.object({ kind: z.literal('begin') }),
  /** Comes with a connection that somebody made to our port. */
  z.object({ kind: z.literal('connection') }),
  /** It is to stop; it goes on taking connections until it has said `drained` and heard `close`. */
  z.object({ kind: z.literal('stop') }),
  /** No more connections come. */
  z.object({ kind: z.literal('close') }),
])
export type ToRelease = z.infer<typeof toReleaseSchema>

export const fromReleaseSchema = z.discriminatedUnion('kind', [
  /** Its code and its config are read; it waits for `begin` and touches nothing before. */
  z.object({ kind: z.literal('loaded') }),
  /** Store, scenes and channels are there: it can take connections. */
  z.object({ kind: z.literal('ready'), store: z.string() }),
  z.object({ kind: z.literal('tally'), tally: tallySchema }),
  /** It stops, and its work is over or handed over. */
  z.object({ kind: z.literal('drained') }),
])
export type FromRelease = z.infer<typeof fromReleaseSchema>
