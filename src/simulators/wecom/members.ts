export interface Member {
  userid: string
  name: string
}

export interface MemberRules {
  /** Undefined: every userid that is not unknown belongs to somebody. */
  members?: readonly Member[]
  unknownUsers: readonly string[]
  /** In the corporation, but without a licence: listed in `unlicenseduser` and not reached. */
  unlicensedUsers: readonly string[]
}

/** Who can be written to. Userids are compared without regard to case. */
export class Members {
  private readonly rules: MemberRules
  private readonly seen = new Map<string, Member>()

  constructor(rules: MemberRules) {
    this.rules = rules
    for (const member of rules.members ?? []) this.meet(member.userid, member.name)
  }

  /** Everybody who is known by now: those who were listed, have written or were written to. */
  all(): Member[] {
    return [...this.seen.values()]
  }

  meet(userid: string, name = userid): void {
    const key = userid.toLowerCase()
    if (!this.seen.has(key)) this.seen.set(key, { userid, name })
  }

  stateOf(userid: string): 'reachable' | 'unlicensed' | 'unknown' {
    const { members, unknownUsers, unlicensedUsers } = this.rules
    const isListed = (list: readonly string[]): boolean => list.some((one) => isSame(one, userid))
    if (!/^[\w.@-]{1,64}$/.test(userid) || isListed(unknownUsers)) return 'unknown'
    if (isListed(unlicensedUsers)) return 'unlicensed'
    return !members || isListed(members.map((member) => member.userid)) ? 'reachable' : 'unknown'
  }
}

export function isSame(userid: string, other: string): boolean {
  return userid.toLowerCase() === other.toLowerCase()
}
