/** Older lines are forgotten. */
const LINES_KEPT = 5_000

/**
 * Lines in the order in which they came. Their numbers grow, also from one start to the next, so that a reader who
 * stayed misses nothing.
 */
export class Feed<Line extends { seq: number }> {
  #lines: Line[] = []
  #lastSeq = Date.now()
  readonly #waiting = new Set<() => void>()

  add(line: Omit<Line, 'seq'>): void {
    // What was left out is put in.
    this.#lines.push({ ...line, seq: ++this.#lastSeq } as Line)
    if (this.#lines.length > 2 * LINES_KEPT) this.#lines = this.#lines.slice(-LINES_KEPT)
    this.wake()
  }

  /** The lines after `seq`; when there are none, those that come within `waitMs`. */
  async after(seq: number, waitMs: number): Promise<Line[]> {
    if (waitMs > 0 && seq >= (this.#lines.at(-1)?.seq ?? 0)) await this.#next(waitMs)
    return this.#lines.filter((line) => line.seq > seq)
  }

  /** Whoever waits is answered with what there is. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  #next(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, waitMs)
      this.#waiting.add(wake)
    })
  }
}
