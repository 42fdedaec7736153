import { expect, test } from 'vitest'
import { totalsOfCall } from '../../src/engine/llm/ledger-lines.ts'
import { openMetrics } from '../../src/ingress/metrics.ts'

test('what models were used for stands on the page, summed over all processes', async () => {
  const totals = new Map<string, number>()
  const call = {
    model: 'deep "seek"',
    end: 'stop',
    ms: 1_500,
    firstMs: 300,
    inputTokens: 10,
    outputTokens: 20,
    cost: 0.5,
  }
  const calls = [call, { ...call, ms: 700_000 }, { model: call.model, ms: 20, end: 'one answered 500: not now' }]
  for (const { name, by } of calls.flatMap(totalsOfCall)) totals.set(name, (totals.get(name) ?? 0) + by)
  const { body } = await openMetrics({
    laneCounts: async () => [],
    waitingDeliveries: async () => ({}),
    waitingMessages: () => [],
    llmTotals: async () => totals,
    choreFailures: async () => new Map([['cleaning', 3]]),
  }).page()
  expect(body).toContain('huitou_chore_failures_total{chore="cleaning"} 3')
  const lines = body.split('\n').filter((line) => line.startsWith('huitou_llm'))
  const model = 'model="deep \\"seek\\""'
  expect(lines).toEqual(
    expect.arrayContaining([
      `huitou_llm_calls_total{${model},end="stop"} 2`,
      `huitou_llm_calls_total{${model},end="failed"} 1`,
      `huitou_llm_tokens_total{${model},direction="input"} 20`,
      `huitou_llm_tokens_total{${model},direction="output"} 40`,
      `huitou_llm_cost_total{${model}} 1`,
      `huitou_llm_first_word_seconds_bucket{${model},le="0.25"} 0`,
      `huitou_llm_first_word_seconds_bucket{${model},le="0.5"} 2`,
      `huitou_llm_first_word_seconds_bucket{${model},le="+Inf"} 2`,
      `huitou_llm_first_word_seconds_sum{${model}} 0.6`,
      `huitou_llm_call_seconds_bucket{${model},le="2"} 2`,
      `huitou_llm_call_seconds_bucket{${model},le="180"} 2`,
      `huitou_llm_call_seconds_count{${model}} 3`,
    ]),
  )
})
