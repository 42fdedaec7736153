/** How often each API path was called, by what it answered: an errcode, or the name of a fault. */
export type Calls = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Counts API calls. */
export class CallCounters {
  readonly counts: Record<string, Record<string, number>> = {}

  count(path: string, answer: string | number): void {
    this.counts[path] ??= {}
    const answers = this.counts[path]
    answers[answer] = (answers[answer] ?? 0) + 1
  }
}
