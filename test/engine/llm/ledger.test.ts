import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/core/errors.ts'
import type { Budgets } from '../../../src/core/model/budget.ts'
import type { LlmCall } from '../../../src/core/model/llm-call.ts'
import type { retryWhileUnavailable } from '../../../src/core/retry-while-unavailable.ts'
import type { Run } from '../../../src/core/task/run.ts'
import type { Bilingual } from '../../../src/core/text/lang.ts'
import { openLedger } from '../../../src/engine/llm/ledger.ts'
import { LlmError } from '../../../src/engine/llm/llm-error.ts'
import { openRaises } from '../../../src/engine/llm/raises.ts'
import { openUsage } from '../../../src/engine/llm/usage.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import type { Counters } from '../../../src/store/store.ts'
import { unique } from '../../contracts/store/samples.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { silent } from '../scene-folder.ts'
import { unlimited } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

/** 22:00 in Shanghai. */
const evening = Date.parse('2027-03-05T22:00:00+08:00')
const HOUR_MS = 3_600_000
/** Waits for no store. */
const hasty: typeof retryWhileUnavailable = (work) => work()

/** A ledger of its own days, so that what other tests count for everybody is not in it. */
let daysUsed = 0
function aLedger(
  budgets: Partial<Budgets> = {},
  counters: Counters = store.counters,
  patient?: typeof retryWhileUnavailable,
) {
  let now = evening + 30 * 24 * HOUR_MS * daysUsed++
  const ports = {
    counters,
    settings: store.settings,
    raises: openRaises(store.settings, () => now),
    budgets: { ...unlimited, ...budgets },
    timeZone: 'Asia/Shanghai',
    now: () => now,
    log: silent,
    patient,
  }
  return {
    ...openLedger(ports),
    usage: openUsage(ports),
    raises: ports.raises,
    /** What another process of the installation has. */
    twin: () => openLedger(ports),
    pass: (ms: number) => {
      now += ms
    },
    now: () => now,
  }
}

function aRun({
  id = unique('task'),
  person = unique('person'),
  group = '',
  generation = 0,
  fencingToken = 1,
} = {}): Run {
  const chat = group || person
  const from = { channel: 'staff', chat, chatKind: group ? ('group' as const) : ('private' as const) }
  const message = { id, from, sender: { id: person }, text: 'q', parts: [], receivedAt: evening }
  const task = { id, lane: 'llm', priority: 0, message }
  const owner = `staff:${person}`
  const counts = {
    number: 1,
    attempt: fencingToken,
    failures: 0,
    generation,
    fencingToken,
    leaseUntil: 0,
    createdAt: evening,
  }
  return { id, owner, task, state: 'running', ...counts }
}

const aCall = (over: Partial<LlmCall> = {}): LlmCall => ({
  model: 'one',
  ms: 100,
  end: 'stop',
  inputTokens: 60,
  outputTokens: 40,
  cost: 0.5,
  ...over,
})

/** The sentence that somebody is refused with. */
async function refusal(admitted: Promise<Bilingual[]>): Promise<Bilingual> {
  const error = await admitted.then(
    () => expect.fail('it was admitted'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof LlmError)) throw error
  expect(error.kind).toBe('over_budget')
  return error.sentence
}

describe('tokens and money', () => {
  test('who has used up a limit is told which, whose, and when it begins anew, and may ask again then', async () => {
    const ledger = aLedger({ person: { tokens: 150, warnAt: 1 } })
    const person = unique('person')
    await ledger.admit(aRun({ person }))
    await ledger.spend(aRun({ person }), aCall())
    await ledger.admit(aRun({ person }))
    await ledger.spend(aRun({ person }), aCall())
    const sentence = await refusal(ledger.admit(aRun({ person })))
    expect(sentence.zh).toMatch(/^你今天的大模型 token 额度已用完（200 \/ 150），\d{4}-\d\d-\d\d 00:00 重新计算。/)
    expect(sentence.en).toContain(`quota raise staff:${person} tokens`)
    ledger.pass(2 * HOUR_MS - 1)
    await refusal(ledger.admit(aRun({ person })))
    ledger.pass(1)
    await expect(ledger.admit(aRun({ person }))).resolves.toEqual([])
  })

  test('a group and everybody have budgets of their own, each with its own word', async () => {
    const ledger = aLedger({ group: { tokens: 100, warnAt: 1 }, all: { cost: 2, warnAt: 1 } })
    const group = unique('group')
    await ledger.spend(aRun({ group }), aCall())
    expect((await refusal(ledger.admit(aRun({ group })))).zh).toContain('本群今天的大模型 token 额度')
    await ledger.admit(aRun())
    await ledger.spend(aRun(), aCall({ cost: 1.5 }))
    expect((await refusal(ledger.admit(aRun()))).zh).toContain('全体今天的大模型费用额度已用完（2 / 2）')
  })

  test('a named subject has its own limit, or none', async () => {
    const ledger = aLedger({
      person: { tokens: 100, warnAt: 1 },
      subjects: { 'staff:much': { tokens: 1_000 }, 'staff:free': { tokens: 'unlimited' } },
    })
    for (const person of ['much', 'free']) {
      await ledger.spend(aRun({ person }), aCall({ inputTokens: 900 }))
      await ledger.admit(aRun({ person }))
      await ledger.spend(aRun({ person }), aCall({ inputTokens: 900 }))
    }
    await refusal(ledger.admit(aRun({ person: 'much' })))
    await ledger.admit(aRun({ person: 'free' }))
  })

  test('who is warned is warned once a day, whichever process counts', async () => {
    const ledger = aLedger({ person: { tokens: 1_000, cost: 100, warnAt: 0.5 } })
    const run = aRun()
    const spend = (by: ReturnType<typeof ledger.twin>) => by.spend(run, aCall({ inputTokens: 160 }))
    const warnings: Bilingual[][] = []
    for (const one of [ledger, ledger.twin(), ledger, ledger.twin()]) warnings.push(await spend(one))
    expect(warnings.map((each) => each.length)).toEqual([0, 0, 1, 0])
    expect(warnings[2]?.[0]?.zh).toMatch(/你今天的大模型 token 额度已用 60%，600 \/ 1,000，/)
    ledger.pass(24 * HOUR_MS)
    await ledger.spend(run, aCall())
    expect(await ledger.spend(run, aCall({ inputTokens: 600 }))).toHaveLength(1)
  })

  test('an answer is not lost because its figures could not be counted, and they are counted later', async () => {
    let isAway = false
    const away: Counters = {
      ...store.counters,
      addAll: (...given) =>
        isAway ? Promise.reject(new StoreUnavailableError('away')) : store.counters.addAll(...given),
    }
    const ledger = aLedger({ person: { tokens: 10_000, warnAt: 1 } }, away)
    const run = aRun()
    isAway = true
    expect(await ledger.spend(run, aCall())).toEqual([])
    isAway = false
    await expect.poll(async () => (await ledger.usage.standing(run.owner)).used.tokens, { timeout: 5_000 }).toBe(100)
  })
})

describe('messages', () => {
  test('of many asking at once on two processes exactly as many come through as are allowed', async () => {
    const ledger = aLedger({ all: { messages: 7, warnAt: 1 } })
    const twin = ledger.twin()
    const asked = Array.from({ length: 30 }, (_, place) => (place % 2 ? ledger : twin).admit(aRun()))
    const ends = await Promise.allSettled(asked)
    // Whoever is refused gives back what it took, so that at the edge one that might have passed may be refused too.
    const passed = ends.filter(({ status }) => status === 'fulfilled').length
    expect(passed).toBeLessThanOrEqual(7)
    for (let more = passed; more < 7; more++) await ledger.admit(aRun())
    await refusal(ledger.admit(aRun()))
    expect((await ledger.usage.standing('all')).used.messages).toBe(7)
  })

  test('a task is one message over all its calls and attempts, and a life after its end is another', async () => {
    const ledger = aLedger({ person: { messages: 2, warnAt: 1 } })
    const run = aRun()
    const person = run.task.message.sender.id
    const used = async () => (await ledger.usage.standing(run.owner)).used.messages
    await Promise.all([ledger.admit(run), ledger.admit(run)])
    await ledger.admit({ ...run, fencingToken: 2, attempt: 2 })
    expect(await used()).toBe(1)
    await ledger.admit({ ...run, fencingToken: 3, generation: 1 })
    expect(await used()).toBe(2)
    await refusal(ledger.admit(aRun({ person })))
    await refusal(ledger.admit(aRun({ person })))
    expect(await used()).toBe(2)
    // Who came in while there was room still may.
    await ledger.admit(run)
  })

  test('a message that was refused comes in once there is more', async () => {
    const ledger = aLedger({ person: { messages: 0, warnAt: 1 } })
    const run = aRun()
    await refusal(ledger.admit(run))
    const raise = { subject: run.owner, measure: 'messages' as const, amount: 1, by: 'boss', at: ledger.now() }
    await ledger.raises.put({ ...raise, until: ledger.now() + HOUR_MS })
    await ledger.admit({ ...run, fencingToken: 2 })
    await refusal(ledger.admit(aRun({ person: run.task.message.sender.id })))
  })

  test('nobody asks on trust while the store is away and there is a budget; without one all may', async () => {
    const gone: Counters = {
      ...store.counters,
      read: () => Promise.reject(new StoreUnavailableError('away')),
      addAll: () => Promise.reject(new StoreUnavailableError('away')),
    }
    await expect(aLedger({}, gone, hasty).admit(aRun())).resolves.toEqual([])
    await expect(aLedger({ person: { tokens: 1, warnAt: 1 } }, gone, hasty).admit(aRun())).rejects.toThrow(
      StoreUnavailableError,
    )
  })
})

test('raises add up, end when they are said to, and are taken back together', async () => {
  const ledger = aLedger({ person: { tokens: 100, warnAt: 1 } })
  const [one, other] = [aRun({ person: 'a:1' }), aRun({ person: 'a:10' })]
  const raise = (amount: number, hours: number, id: string) =>
    ledger.raises.put(
      { subject: one.owner, measure: 'tokens', amount, until: ledger.now() + hours * HOUR_MS, by: 'boss', at: 0 },
      id,
    )
  await raise(50, 1, 'x')
  await raise(50, 1, 'x')
  await raise(100, 48, 'y')
  expect((await ledger.usage.standing(one.owner)).limits).toEqual([
    { measure: 'tokens', used: 0, limit: 250, raisedBy: 150 },
  ])
  expect((await ledger.usage.standing(other.owner)).limits[0]?.limit).toBe(100)
  await ledger.spend(one, aCall({ inputTokens: 110 }))
  await ledger.admit(one)
  ledger.pass(HOUR_MS)
  await ledger.admit(aRun({ person: 'a:1' }))
  expect(await ledger.raises.clear(one.owner, 'tokens')).toBe(1)
  await refusal(ledger.admit(aRun({ person: 'a:1' })))
})

test('the report sums up what was counted, whatever names hold', async () => {
  const name = fc
    .string({ minLength: 1, maxLength: 12, unit: 'binary' })
    .map((text) => text.toWellFormed().replaceAll('\0', '.'))
  const call = fc.record({
    person: fc.constantFrom('zhang san', '李/四', 'x:%'),
    model: name,
    inputTokens: fc.nat(1_000),
    outputTokens: fc.nat(1_000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 8 }), async (calls) => {
      const ledger = aLedger()
      for (const { person, ...figures } of calls) await ledger.spend(aRun({ person, group: 'g' }), aCall(figures))
      const { models, people, groups, days } = await ledger.usage.report(1)
      const tokens = calls.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0)
      expect(people.reduce((sum, one) => sum + one.tokens, 0)).toBe(tokens)
      expect(groups).toMatchObject([{ subject: 'group:staff:g', tokens, calls: calls.length }])
      expect(models.reduce((sum, one) => sum + one.inputTokens + one.outputTokens, 0)).toBe(tokens)
      expect(new Set(models.map(({ model }) => model))).toEqual(new Set(calls.map(({ model }) => model)))
      expect(days.at(-1)).toMatchObject({ tokens, calls: calls.length })
      expect(days).toHaveLength(14)
    }),
    { numRuns: 15 },
  )
})

test('the days before are in the report as long as they are kept', async () => {
  const ledger = aLedger()
  await ledger.spend(aRun(), aCall({ inputTokens: 1, outputTokens: 0 }))
  ledger.pass(24 * HOUR_MS)
  await ledger.spend(aRun(), aCall({ inputTokens: 2, outputTokens: 0 }))
  expect((await ledger.usage.report(7)).days.map(({ tokens }) => tokens).slice(-3)).toEqual([0, 1, 2])
  expect((await ledger.usage.report(1)).models[0]?.inputTokens).toBe(2)
  expect((await ledger.usage.report(2)).models[0]?.inputTokens).toBe(3)
  ledger.pass(13 * 24 * HOUR_MS)
  expect((await ledger.usage.report(14)).days.map(({ tokens }) => tokens)).toEqual([2, ...Array(13).fill(0)])
})
