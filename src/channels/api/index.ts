import type { Channel } from '../channel.ts'

/** The callers of the HTTP API: what is said to them is kept with their task, where they read it. */
export function apiChannel(now: () => number): Channel {
  return {
    id: 'api',
    platform: 'api',
    limits: { account: [], chat: [] },
    can: { idempotentSends: true },
    split: (parts) => [...parts],
    send: async ({ id }) => ({ platformMessageId: id, sentAt: now() }),
    down: () => undefined,
  }
}
