import type { Misbehaviour } from './simulator.ts'

/** The rules in force; the first that fits a call decides. */
export class Misbehaviours {
  #rules: { rule: Misbehaviour; hits: number }[] = []

  add(rule: Misbehaviour): void {
    this.#rules.push({ rule, hits: 0 })
  }

  clear(): void {
    this.#rules = []
  }

  take(action: string): Misbehaviour | undefined {
    const now = Date.now()
    this.#rules = this.#rules.filter(
      ({ rule, hits }) => hits < (rule.times ?? Infinity) && now < (rule.untilMs ?? Infinity),
    )
    const found = this.#rules.find(({ rule }) => rule.action === undefined || rule.action === action)
    if (found !== undefined) found.hits += 1
    return found?.rule
  }
}
