/** So many of the bot's last messages are known, so that a reply to one of them is heard. */
const KEPT = 5_000

export interface OwnMessages {
  add(account: string, messageId: string): void
  has(account: string, messageId: string): boolean
}

export function ownMessages(): OwnMessages {
  const ids = new Set<string>()
  const keyOf = (account: string, messageId: string): string => `${account} ${messageId}`
  return {
    add(account, messageId) {
      ids.add(keyOf(account, messageId))
      // A set gives its oldest first.
      for (const oldest of ids) {
        if (ids.size <= KEPT) break
        ids.delete(oldest)
      }
    },
    has: (account, messageId) => ids.has(keyOf(account, messageId)),
  }
}
