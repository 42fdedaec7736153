import type { Link } from './link.ts'

/** What is connected, and since when what is not. */
export interface Accounts {
  /** Takes a link in; an earlier one of the same account and role is sent away. */
  add(link: Link): void
  remove(link: Link): void
  /** The account itself went off- or online, while its link lives. */
  setOnline(account: string, isOnline: boolean, why: string): void
  /** The link that takes calls for an account; for any account when none is named. */
  caller(account: string | undefined): Link | undefined
  /** Why calls to an account are no use now. */
  offline(account: string): string | undefined
  down(): { since: number; why: string } | undefined
  closeAll(): void
}

export function openAccounts(now: () => number): Accounts {
  const links = new Set<Link>()
  const offline = new Map<string, { since: number; why: string }>()
  let emptySince: number | undefined = now()

  return {
    add(link) {
      for (const old of links) {
        if (old.account === link.account && old.role === link.role) {
          links.delete(old)
          old.close('a newer connection took its place')
        }
      }
      links.add(link)
      offline.delete(link.account)
      emptySince = undefined
    },
    remove(link) {
      if (!links.delete(link)) return
      if (links.size === 0) emptySince = now()
    },
    setOnline(account, isOnline, why) {
      if (isOnline) offline.delete(account)
      else if (!offline.has(account)) offline.set(account, { since: now(), why })
    },
    caller(account) {
      const callers = [...links].filter(
        (link) => link.role !== 'event' && (account === undefined || link.account === account),
      )
      return callers.find((link) => !offline.has(link.account)) ?? callers[0]
    },
    offline: (account) => offline.get(account)?.why,
    down() {
      if (emptySince !== undefined) return { since: emptySince, why: 'no implementation is connected' }
      const [first] = [...offline].toSorted(([, one], [, other]) => one.since - other.since)
      return first && { since: first[1].since, why: `account ${first[0]} is offline: ${first[1].why}` }
    },
    closeAll() {
      for (const link of links) link.close('going away')
    },
  }
}
