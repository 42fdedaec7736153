import type { OnebotSimulator } from '../src/simulators/onebot/index.ts'

const PEOPLE = 50
const GROUPS = 5
const FIRST_PERSON = 10_000
const FIRST_GROUP = 20_000
const ANSWERED_WITHIN_MS = 60_000

export interface Burst {
  /** From the first event until the last answer. */
  allMs: number
  medianMs: number
  slowestMs: number
}

/** What went wrong over all that was said so far. */
export interface Faults {
  lost: number
  doubled: number
  /** Answers that came after a later one of the same person. */
  outOfOrder: number
}

/** Fifty people in five groups. Each says `demo echo <words of its own>` and is to be answered with these words. */
export class Crowd {
  readonly #simulator: OnebotSimulator
  readonly #sentAt = new Map<string, number>()

  constructor(simulator: OnebotSimulator) {
    this.#simulator = simulator
  }

  /** Everybody speaks at once. Resolves when all is answered, or what is lost has had its time. */
  async sayAll(count: number): Promise<Burst> {
    const { inbox } = this.#simulator
    const before = inbox.length
    const startedAt = Date.now()
    for (let n = 0; n < count; n++) this.#say()
    if (inbox.length < before + count) {
      const isAll = (): boolean => inbox.length >= before + count
      await this.#simulator.waitFor(isAll, ANSWERED_WITHIN_MS).catch(() => undefined)
    }
    const answers = inbox.slice(before)
    const took = answers.map(({ text, at }) => at - (this.#sentAt.get(text) ?? Number.NaN))
    const sorted = took.toSorted((one, other) => one - other)
    return {
      allMs: (answers.at(-1)?.at ?? Number.NaN) - startedAt,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
      slowestMs: sorted.at(-1) ?? Number.NaN,
    }
  }

  faults(): Faults {
    const seen = new Set<string>()
    const lastOf = new Map<string, number>()
    let [doubled, outOfOrder] = [0, 0]
    for (const { text } of this.#simulator.inbox) {
      const [person = '', number] = text.split('-')
      if (seen.has(text)) doubled += 1
      else if (Number(number) < (lastOf.get(person) ?? 0)) outOfOrder += 1
      else lastOf.set(person, Number(number))
      seen.add(text)
    }
    return { lost: [...this.#sentAt.keys()].filter((text) => !seen.has(text)).length, doubled, outOfOrder }
  }

  #say(): void {
    const number = this.#sentAt.size
    const person = FIRST_PERSON + (number % PEOPLE)
    const words = `${person}-${number}`
    this.#sentAt.set(words, Date.now())
    this.#simulator.sayInGroup(String(FIRST_GROUP + (person % GROUPS)), String(person), `demo echo ${words}`)
  }
}
