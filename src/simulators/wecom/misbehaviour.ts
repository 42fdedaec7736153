import type { Random } from './random.ts'

/**
 * How a call goes wrong. A number: that errcode, nothing done. `http-500`: a server error, nothing done. `hang`: no answer ever,
 * nothing done. `cut-before`: the connection is cut, nothing done. `cut-after`: everything is done, then the connection
 * is cut.
 */
type Fault = number | 'http-500' | 'hang' | 'cut-before' | 'cut-after'

export interface Misbehaviour {
  /** The API path it is about (`/cgi-bin/message/send`); undefined: every path. */
  path?: string
  /** Undefined: the true answer, which only makes sense with `delayMs`. */
  answer?: Fault
  /** So long before anything happens. */
  delayMs?: number
  /** So often, then no more. */
  times?: number
  /** Until then (epoch ms on the simulator's clock), then no more. */
  untilMs?: number
  /** In this share of the calls, 0 to 1. */
  probability?: number
}

export interface MisbehaviourHandle {
  /** How many calls it spoiled so far. */
  readonly hits: number
  stop(): void
}

/** The rules in force; the first that fits a call decides. */
export class Misbehaviours {
  private readonly rules = new Set<{ rule: Misbehaviour; hits: number }>()
  private readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  add(rule: Misbehaviour): MisbehaviourHandle {
    const kept = { rule, hits: 0 }
    this.rules.add(kept)
    return {
      get hits() {
        return kept.hits
      },
      stop: () => {
        this.rules.delete(kept)
      },
    }
  }

  clear(): void {
    this.rules.clear()
  }

  take(path: string, now: number): Misbehaviour | undefined {
    for (const kept of this.rules) {
      const { path: wanted, times = Infinity, untilMs = Infinity, probability = 1 } = kept.rule
      if (now >= untilMs || kept.hits >= times) this.rules.delete(kept)
      else if ((wanted === undefined || wanted === path) && this.random.isChance(probability)) {
        kept.hits += 1
        return kept.rule
      }
    }
    return undefined
  }
}
