import express, { type Express } from 'express'
import type { Raise } from '../../src/core/model/budget.ts'
import type { Figures, Usage } from '../../src/core/model/usage.ts'
import { newRaiseSchema } from '../../src/dashboard/api/shapes.ts'

const figures = (tokens: number): Figures => ({
  messages: Math.ceil(tokens / 1_000),
  calls: Math.ceil(tokens / 800),
  tokens,
  cost: tokens / 100_000,
})

const byDay = [0, 1_200, 8_400, 30_500, 12_000, 0, 0, 4_100, 22_000, 41_700, 18_000, 9_300, 27_400, 15_600]

/** The usage routes of the fake API: made-up figures, and budgets that can be raised. */
export function takeUsage(app: Express, raised: Raise[]): void {
  app.get('/api/usage', (request, response) => {
    const days = Number(new URL(request.url, 'http://fake').searchParams.get('days') ?? 1)
    const tokens = byDay.slice(-days).reduce((sum, one) => sum + one, 0)
    const raises = [...raised]
    const raisedBy = raises.reduce((sum, { amount }) => sum + amount, 0)
    const model = (name: string, part: number, failures: number) => ({
      model: name,
      calls: Math.ceil((tokens * part) / 800),
      failures,
      inputTokens: Math.round(tokens * part * 0.7),
      outputTokens: Math.round(tokens * part * 0.3),
      cost: (tokens * part) / 100_000,
    })
    const limit = { measure: 'tokens' as const, used: 9_600, limit: 10_000 + raisedBy, raisedBy }
    const answer: Usage = {
      timeZone: 'Asia/Shanghai',
      today: '2026-11-21',
      until: Date.parse('2026-11-22T00:00:00+08:00'),
      days: byDay.map((sum, place) => ({ day: `2026-11-${String(8 + place).padStart(2, '0')}`, ...figures(sum) })),
      models: [model('deepseek-chat', 0.8, 2), model('deepseek-reasoner', 0.2, 0)],
      people: [
        { subject: 'onebot:10001', ...figures(tokens * 0.6) },
        { subject: 'staff:zhangsan', ...figures(tokens * 0.4) },
      ],
      groups: [{ subject: 'group:onebot:20001', ...figures(tokens * 0.5) }],
      budgets: [
        { subject: 'onebot:10001', kind: 'person', used: figures(9_600), limits: [limit] },
        {
          subject: 'all',
          kind: 'all',
          used: figures(15_600),
          limits: [{ measure: 'cost', used: 0.156, limit: 5, raisedBy: 0 }],
        },
      ],
      raises,
    }
    response.json(answer)
  })
  app.post('/api/budgets/raises', express.json(), (request, response) => {
    const { subject, measure, amount, until } = newRaiseSchema.parse(request.body)
    if (until !== undefined && !/^\d/.test(until)) {
      return void response
        .status(400)
        .json({ error: { code: 'invalid', message: 'body.until: write a moment to come' } })
    }
    if (amount === 0) raised.length = 0
    else raised.push({ subject, measure, amount, until: Date.parse('2026-11-22'), by: 'admin', at: Date.now() })
    response.status(204).end()
  })
}
