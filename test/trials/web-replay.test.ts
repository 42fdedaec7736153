import { describe, expect, test } from 'vitest'
import { browsing, eventually, seen } from '../dashboard/browsing.ts'
import { findBrowser } from '../fakes/browser.ts'
import { seedTasks } from '../fakes/dashboard-seed.ts'

const chromium = findBrowser()

describe.skipIf(chromium === undefined)('retry and replay in a browser', () => {
  const visit = browsing(chromium)

  test('a retry says what it keeps, and goes on or begins anew', async () => {
    const page = await visit.signedIn()
    const [seed] = seedTasks(1)
    if (!seed) throw new Error('no seed')
    const steps = ['rows', 'text'].map((name) => ({ name, bytes: 12 }))
    visit.fake.put({ ...seed, id: 't-broken', number: 5001, state: 'failed', endedAt: Date.now(), steps })
    await page.locator('[data-task="t-broken"]').first().click()
    const detail = page.getByTestId('task-detail')
    await detail.getByTestId('task-retry').click()
    await page.getByText('保留已完成的 2 步：rows, text').waitFor()
    await page.getByTestId('task-retry-fresh').click()
    await eventually(() => visit.fake.tasks.get('t-broken')?.state).toBe('waiting')
    expect(visit.fake.tasks.get('t-broken')?.steps).toEqual([])
  })

  test('a replay is dry unless told otherwise, and shows the old answers beside the new', async () => {
    const page = await visit.signedIn()
    const [seed] = seedTasks(1)
    if (!seed) throw new Error('no seed')
    visit.fake.put({ ...seed, id: 't-past', number: 5002, state: 'done', endedAt: Date.now() })
    await page.locator('[data-task="t-past"]').first().click()
    const detail = page.getByTestId('task-detail')
    await detail.getByTestId('task-replay').click()
    await page.getByTestId('task-replay-confirm').click()
    await seen(page, 'answer-diffs', /本周报表.*共 12 条.*共 13 条/s)
    expect(page.url()).toContain('/tasks/replay-t-past')
    await seen(page, 'task-detail', /重放自#5002 试运行/)
    const states = page.getByTestId('answer-diff')
    expect(await states.evaluateAll((all) => all.map((each) => each.getAttribute('data-state')))).toEqual([
      'changed',
      'same',
    ])
  })
})
