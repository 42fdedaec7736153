/** Who may not speak in which group. */
export class Mutes {
  readonly #until = new Map<string, number>()
  readonly #whole = new Set<string>()

  /** Zero seconds: may speak again. */
  mute(group: string, person: string, seconds: number): void {
    this.#until.set(`${group} ${person}`, seconds === 0 ? 0 : Date.now() + seconds * 1_000)
  }

  muteAll(group: string, isMuted: boolean): void {
    if (isMuted) this.#whole.add(group)
    else this.#whole.delete(group)
  }

  /** As `shut_up_timestamp` tells it: epoch seconds, 0 for nobody. */
  shutUpTimestamp(group: string, person: string): number {
    const until = this.#until.get(`${group} ${person}`) ?? 0
    return until > Date.now() ? Math.ceil(until / 1_000) : 0
  }

  maySpeak(group: string, person: string, role: 'owner' | 'admin' | 'member'): boolean {
    if ((this.#until.get(`${group} ${person}`) ?? 0) > Date.now()) return false
    return role !== 'member' || !this.#whole.has(group)
  }
}
