import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browsing, eventually, seen } from '../dashboard/browsing.ts'
import { findBrowser } from '../fakes/browser.ts'

const chromium = findBrowser()

describe.skipIf(chromium === undefined)('usage and growing answers in a browser', () => {
  const visit = browsing(chromium)

  test('the usage of today and of more days is shown', async () => {
    const page = await visit.signedIn({ path: '/usage' })
    await seen(page, 'usage-sums', 'Token15,600')
    expect(await page.getByTestId('usage-chart').locator('li').count()).toBe(14)
    await seen(page, 'usage-models', /deepseek-chat.*2 次失败/)
    await page.getByText('14 天', { exact: true }).click()
    await seen(page, 'usage-sums', 'Token190,200')
    await page.getByTestId('usage-person').getByRole('link', { name: 'onebot:10001' }).click()
    await eventually(() => new URL(page.url()).searchParams.get('user')).toBe('onebot:10001')
  })

  test('a budget is raised with a form, and that is taken back', async () => {
    const page = await visit.signedIn({ path: '/usage', context: { viewport: { width: 390, height: 844 } } })
    await seen(page, 'usage-budget', '9,600 / 10,000')
    await page.getByRole('button', { name: '提高 onebot:10001 的额度' }).click()
    const form = page.getByTestId('raise-form')
    await form.getByLabel('每天增加多少').fill('5000')
    await form.getByLabel('到什么时候').fill('soon')
    await form.getByRole('button', { name: '提高' }).click()
    await form.getByRole('alert').filter({ hasText: 'write a moment to come' }).waitFor()
    await form.getByLabel('到什么时候').fill('')
    await form.getByRole('button', { name: '提高' }).click()
    await seen(page, 'usage-budget', '9,600 / 15,000')
    await seen(page, 'usage-raises', 'Token +5,000')
    await page.getByRole('button', { name: '收回给 onebot:10001 的' }).click()
    await seen(page, 'usage-budget', '9,600 / 10,000')
  })

  test('a raise whose answer was lost is the same one when it is sent again, and another when it is changed', async () => {
    const page = await visit.signedIn({ path: '/usage' })
    const keys: (string | undefined)[] = []
    await page.route('**/api/budgets/raises', async (route) => {
      keys.push(route.request().headers()['idempotency-key'])
      await route.abort()
    })
    await page.getByRole('button', { name: '提高 onebot:10001 的额度' }).click()
    const form = page.getByTestId('raise-form')
    const send = async (count: number) => {
      await form.getByRole('button', { name: '提高' }).click()
      await eventually(async () => keys.length).toBe(count)
      await form.getByRole('alert').waitFor()
    }
    await form.getByLabel('每天增加多少').fill('5000')
    await send(1)
    await send(2)
    await form.getByLabel('每天增加多少').fill('6000')
    await send(3)
    const [first, again, changed] = keys
    expect(first).toMatch(/^raise-/)
    expect(again).toBe(first)
    expect(changed).not.toBe(first)
  })

  test('an answer grows in its bubble, which the answer itself takes over', async () => {
    const page = await inConsole()
    const bubble = page.getByTestId('bubble-bot').last()
    draft('回头')
    await eventually(() => said(page)).toEqual(['在。', '回头'])
    expect(await bubble.getAttribute('data-growing')).toBe('true')
    await bubble.evaluate((element) => element.setAttribute('data-mark', 'the same element'))
    draft('回头告诉')
    await eventually(() => said(page)).toEqual(['在。', '回头告诉'])
    visit.fake.bubble('console', 'ops', bubbleOf('回头告诉你。'))
    await eventually(() => said(page)).toEqual(['在。', '回头告诉你。'])
    expect(await bubble.getAttribute('data-mark')).toBe('the same element')
    expect(await bubble.getAttribute('data-growing')).toBeNull()
    // One that was on its way when the answer came.
    draft('回头告诉')
    visit.fake.bubble('console', 'ops', { ...bubbleOf('后面的话'), id: 'other', taskId: 'other' })
    await eventually(() => said(page)).toEqual(['在。', '回头告诉你。', '后面的话'])
  })

  test('what else a task says ends its draft, and so does a cancel', async () => {
    const page = await inConsole()
    draft('作废', Date.now() - 1_000)
    await eventually(() => said(page)).toEqual(['在。', '作废'])
    visit.fake.bubble('console', 'ops', { ...bubbleOf('换个说法'), id: 'said-otherwise' })
    await eventually(() => said(page)).toEqual(['在。', '换个说法'])
    const [task] = [...visit.fake.tasks.values()]
    if (task === undefined) return expect.fail('there are tasks')
    visit.fake.draft('console', 'ops', { id: 'b', taskId: task.id, at: Date.now(), text: '说到一半' })
    await eventually(() => said(page)).toEqual(['在。', '换个说法', '说到一半'])
    visit.fake.put({ ...task, state: 'cancelled', endedAt: Date.now() })
    await eventually(() => said(page)).toEqual(['在。', '换个说法'])
  })

  /** Drafts are told to those who look on, so the chat has to be open first. */
  async function inConsole(): Promise<Page> {
    const page = await visit.signedIn({ path: '/console', tasks: 3 })
    visit.fake.bubble('console', 'ops', { ...bubbleOf('在。'), id: 'first', taskId: 'first' })
    await eventually(() => said(page)).toEqual(['在。'])
    return page
  }

  function draft(text: string, at = Date.now()): void {
    visit.fake.draft('console', 'ops', { id: 'answer-1', taskId: 'asked', at, text })
  }
})

const bubbleOf = (text: string) => ({
  id: 'answer-1',
  taskId: 'asked',
  from: { kind: 'bot' as const },
  parts: [{ kind: 'text' as const, text }],
})

function said(page: Page): Promise<string[]> {
  return page.locator('[data-testid="bubble-bot"] [data-testid="said"]').allTextContents()
}
