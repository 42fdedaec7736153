import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LlmCall } from '../../src/core/model/llm-call.ts'
import { openLedger } from '../../src/engine/llm/ledger.ts'
import { openRaises } from '../../src/engine/llm/raises.ts'
import { silent } from '../engine/scene-folder.ts'
import { unlimited } from '../engine/workshop.ts'
import { aMessage, aWorld, runOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const aCall = (over: Partial<LlmCall> = {}): LlmCall => ({
  model: 'one',
  ms: 100,
  end: 'stop',
  inputTokens: 60,
  outputTokens: 40,
  cost: 0.5,
  ...over,
})

/** A task whose model calls were counted, as a worker does it. */
async function asked(id: string, calls: LlmCall[], sender = 'zhangsan') {
  const { store } = world
  const now = () => Date.now()
  const raises = openRaises(store.settings, now)
  const ports = { counters: store.counters, settings: store.settings, raises, budgets: unlimited, now, log: silent }
  const ledger = openLedger({ ...ports, timeZone: 'Asia/Shanghai' })
  const started = await store.runs.start(runOf(aMessage(id, 'chat ask', { sender: { id: sender } })), now(), 60_000)
  if (started.state !== 'go') throw new Error(`${id} did not start`)
  await ledger.admit(started.run)
  for (const call of calls) {
    await ledger.spend(started.run, call)
    await store.runs.note(id, [{ at: now(), kind: 'asked', ms: call.ms, call }])
  }
}

const budgetOf = async (subject: string) => {
  const { body } = await world.callAs('/api/usage')
  return body.budgets.find((one: { subject: string }) => one.subject === subject)
}

test('a task tells each call of a model, and all of them together', async () => {
  await asked('told', [aCall({ firstMs: 20 }), aCall({ end: 'length', cost: 0.25, isEstimated: true })])
  const { body } = await world.callAs('/api/tasks/told')
  expect(body.llm).toEqual({ calls: 2, inputTokens: 120, outputTokens: 80, cost: 0.75, ms: 200 })
  const events = body.timeline.filter(({ kind }: { kind: string }) => kind === 'asked')
  expect(events.map(({ call }: { call: LlmCall }) => call)).toEqual([
    aCall({ firstMs: 20 }),
    aCall({ end: 'length', cost: 0.25, isEstimated: true }),
  ])
})

test('the usage of today and of the last days is told by model, person and group', async () => {
  await asked('used', [aCall({ model: 'two', inputTokens: 900 })], 'lisi')
  const { body } = await world.callAs('/api/usage?days=7')
  expect(body.models[0]).toEqual({
    model: 'two',
    calls: 1,
    failures: 0,
    inputTokens: 900,
    outputTokens: 40,
    cost: 0.5,
  })
  expect(body.people[0]).toEqual({ subject: 'staff:lisi', messages: 1, calls: 1, tokens: 940, cost: 0.5 })
  expect(body.days).toHaveLength(14)
  expect(body).toMatchObject({ timeZone: 'Asia/Shanghai', groups: [] })
  expect((await world.callAs('/api/usage?days=15')).status).toBe(400)
  expect((await world.call('/api/usage')).status).toBe(401)
})

test('a budget is raised once under one key, and taken back, with a trace', async () => {
  await asked('raised', [aCall({ inputTokens: 960 })], 'wangwu')
  expect(await budgetOf('staff:wangwu')).toMatchObject({ limits: [{ measure: 'tokens', used: 1_000, limit: 1_000 }] })
  const raise = (json: object) =>
    world.callAs('/api/budgets/raises', {
      json: { subject: 'Staff:WangWu', measure: 'tokens', ...json },
      headers: { 'idempotency-key': `raise ${JSON.stringify(json)}` },
    })
  expect((await raise({ amount: 500, until: '2999-01-01' })).status).toBe(204)
  expect((await raise({ amount: 500, until: '2999-01-01' })).status).toBe(204)
  expect(await budgetOf('staff:wangwu')).toMatchObject({ limits: [{ limit: 1_500, raisedBy: 500 }] })
  expect((await world.callAs('/api/usage')).body.raises).toMatchObject([{ subject: 'staff:wangwu', amount: 500 }])
  expect((await raise({ amount: 0 })).status).toBe(204)
  expect(await budgetOf('staff:wangwu')).toMatchObject({ limits: [{ limit: 1_000, raisedBy: 0 }] })
  const { lines } = (await world.callAs('/api/audit')).body
  expect(lines.map(({ what }: { what: string }) => what)).toContainEqual(
    expect.stringContaining('quota raise staff:wangwu tokens 500'),
  )
})

test('a raise that cannot be meant is refused', async () => {
  const raise = (json: object) => world.callAs('/api/budgets/raises', { json })
  const good = { subject: 'staff:lisi', measure: 'tokens', amount: 5 }
  for (const json of [
    { ...good, measure: 'bread' },
    { ...good, amount: -5 },
    { ...good, until: 'soon' },
    { ...good, until: '2020-01-01' },
    { ...good, measure: 'cost' },
    { ...good, subject: 'all' },
  ]) {
    expect((await raise(json)).status, JSON.stringify(json)).toBe(400)
  }
})
