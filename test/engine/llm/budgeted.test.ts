import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { LlmCall } from '../../../src/core/model/llm-call.ts'
import { newRunOf } from '../../../src/core/task/run.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import { openChatter } from '../../../src/engine/llm/chatter.ts'
import type { Memory } from '../../../src/engine/llm/converse.ts'
import type { LlmConfig } from '../../../src/engine/llm/llm.ts'
import { type OpenaiSimulatorOptions, startOpenaiSimulator } from '../../../src/simulators/openai/index.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { mustStart } from '../../contracts/store/samples.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, unlimited } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

const price = { inputPerMillion: 1_000_000, outputPerMillion: 2_000_000 }

/** A workshop whose commands ask a simulated model. */
async function aBudgetedShop(budget: { tokens?: number; messages?: number }, options: OpenaiSimulatorOptions = {}) {
  const model = await startOpenaiSimulator(options)
  onTestFinished(() => model.close())
  const shop = await aWorkshop(store, { budgets: { ...unlimited, person: { warnAt: 0.5, ...budget } } })
  const config: LlmConfig & Memory = {
    baseUrl: model.url,
    apiKey: 'sk-for-tests',
    models: [{ name: 'one', price }],
    firstTokenMs: 2_000,
    wholeMs: 10_000,
    attempts: 3,
    toolRounds: 8,
    memory: 'person',
    memoryTokens: 1_000,
    summary: false,
  }
  shop.engine.chatter = openChatter(config, {
    conversations: store.conversations,
    presets: { of: async () => undefined },
    ledger: shop.ledger,
    now: shop.engine.now,
    log: shop.engine.log,
  })
  // As a host puts it: what it asked for, or a refusal with the sentence.
  shop.does(async (run, calls) => {
    const answer = await calls.call({ method: 'converse', text: run.message.text, mayWait: false })
    const { text, sentence } = answer as { text?: string; sentence?: string }
    if (text === undefined) return { state: 'refused', why: sentence ?? '' }
    return { state: 'done', parts: [{ kind: 'text', text }] }
  })
  return { shop, model }
}

const usedBy = async (shop: Awaited<ReturnType<typeof aBudgetedShop>>['shop'], person: string) =>
  (await shop.budgets.standing(`staff:${person}`)).used

test('the warning stands under the answer once, and is no part of what the model remembers', async () => {
  const { shop, model } = await aBudgetedShop({ tokens: 100 }, { answer: () => 'x'.repeat(40) })
  const ask = (text: string) => runTask(shop.task(text, { sender: 'warned' }), shop.engine, never)
  await ask('try work')
  await ask('try work')
  await ask('try work')
  expect(shop.said[0]).toMatch(/: x{40}$/)
  expect(shop.said[1]).toMatch(/: x{40}\n\n\(Note: all of your budget of tokens for today is used, \d+ \/ 100\. /)
  expect(shop.said[2]).toMatch(/Your budget of tokens for today is used up/)
  expect(model.requests).toHaveLength(2)
  expect(JSON.stringify(model.requests)).not.toContain('budget')
})

test('a call stands in the timeline with its figures, and its answer grew', async () => {
  const { shop } = await aBudgetedShop({}, { answer: () => 'one two three' })
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  const asked = (await store.runs.timeline(task.id)).filter(({ kind }) => kind === 'asked')
  expect(asked).toMatchObject([{ call: { model: 'one', end: 'stop', inputTokens: 8, outputTokens: 13, cost: 34 } }])
  expect(asked[0]?.call?.firstMs).toBeLessThanOrEqual(asked[0]?.call?.ms ?? 0)
  expect(shop.drafts).toEqual(['one ', 'one two ', 'one two three'].map((text) => `${task.id}: ${text}`))
})

test('tries that fail are calls too, and cost what they brought', async () => {
  const { shop, model } = await aBudgetedShop({}, { answer: () => 'one two three four', wordMs: 20 })
  model.misbehave({ answer: 500, times: 1 })
  model.misbehave({ answer: 'cut', times: 1 })
  const task = shop.task('try work', { sender: 'unlucky' })
  await runTask(task, shop.engine, never)
  const calls = (await store.runs.timeline(task.id)).flatMap(({ call }): LlmCall[] => (call ? [call] : []))
  expect(calls.map(({ inputTokens, outputTokens, isEstimated }) => [inputTokens, outputTokens, isEstimated])).toEqual([
    [undefined, undefined, undefined],
    [2, 2, true],
    [8, 18, undefined],
  ])
  expect(await usedBy(shop, 'unlucky')).toMatchObject({ messages: 1, calls: 3, tokens: 30 })
})

test('an answer that is cancelled half-way is paid for as far as it came', async () => {
  const { shop } = await aBudgetedShop({}, { answer: () => 'word '.repeat(500), wordMs: 10 })
  const task = shop.task('try work', { sender: 'hasty' })
  const run = runTask(task, shop.engine, never)
  await expect.poll(() => shop.drafts.length, { timeout: 5_000 }).toBeGreaterThan(3)
  const found = await store.runs.find(task.id)
  if (found === undefined) return expect.fail('it has no record')
  await shop.taskControl.cancel(found, found.owner)
  await run
  const { tokens, calls } = await usedBy(shop, 'hasty')
  expect(calls).toBe(1)
  expect(tokens).toBeGreaterThan(4)
  expect(tokens).toBeLessThan(500)
})

test('an attempt after a crash counts what it asks, and its message once', async () => {
  const { shop } = await aBudgetedShop({ messages: 1 }, { answer: () => 'fine' })
  const task = shop.task('try work', { sender: 'twice' })
  // The attempt before asked, and died before it could write anything down.
  const run = await mustStart(store, newRunOf(task), shop.engine.now(), 1_000)
  await shop.engine.chatter.ask([{ role: 'user', text: 'abcd' }], { run, lang: 'en', signal: never })
  shop.pass(2_000)
  await runTask(task, shop.engine, never)
  expect(shop.said.at(-1)).toContain('fine')
  expect(await usedBy(shop, 'twice')).toMatchObject({ messages: 1, calls: 2, tokens: 8 + 12 })
})
