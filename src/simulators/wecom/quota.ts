const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const PER_MINUTE = 30
const PER_HOUR = 1000

/**
 * What an app may send to one member (document 90236): 30 in any minute, 1000 in any hour. The excess is dropped
 * without a word.
 */
export class MemberQuota {
  private readonly sentAt = new Map<string, number[]>()

  /** Counts a message, or says which window is full; a message that is dropped is not counted. */
  take(userid: string, now: number): 'minute' | 'hour' | undefined {
    const member = userid.toLowerCase()
    const recent = this.sentAt.get(member) ?? []
    while (recent[0] !== undefined && recent[0] <= now - HOUR_MS) recent.shift()
    if (recent.length >= PER_HOUR) return 'hour'
    const thirtieth = recent.at(-PER_MINUTE)
    if (thirtieth !== undefined && thirtieth > now - MINUTE_MS) return 'minute'
    recent.push(now)
    this.sentAt.set(member, recent)
    return undefined
  }
}
