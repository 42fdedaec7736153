import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browsing, eventually, seen, submitPassword } from '../dashboard/browsing.ts'
import { findBrowser } from '../fakes/browser.ts'

const chromium = findBrowser()

describe.skipIf(chromium === undefined)('schedules in a browser', () => {
  const visit = browsing(chromium)
  const card = (page: Page, number: number) => page.locator(`[data-testid="schedule-card"][data-number="${number}"]`)
  const numbers = (page: Page) =>
    page.getByTestId('schedule-card').evaluateAll((cards) => cards.map((one) => Number(one.dataset.number)))

  test('each shows when, what, where, its next five times and its last tasks', async () => {
    const page = await visit.signedIn()
    await page.getByRole('link', { name: '定时' }).click()
    await eventually(() => numbers(page)).toEqual([4, 3, 2, 1])
    const first = card(page, 4)
    const text = (await first.textContent()) ?? ''
    for (const words of [
      '每个工作日 9:00',
      'report weekly 华东区',
      'group:wecom:wrkSF',
      'wecom:zhangsan',
      '启用',
      '#1204',
      '失败',
    ])
      expect(text).toContain(words)
    expect(await first.getByTestId('schedule-times').locator('li').allTextContents()).toEqual([
      '2026/11/23 09:00',
      '2026/11/24 09:00',
      '2026/11/25 09:00',
      '2026/11/26 09:00',
      '2026/11/27 09:00',
      'Asia/Shanghai',
    ])
    expect(await card(page, 2).getByTestId('schedule-state').textContent()).toBe('连续失败，已暂停')
    // What the config file has is removed there.
    expect(await card(page, 3).getByTestId('schedule-remove').count()).toBe(0)
    await first.getByRole('link', { name: '打开任务 #1204' }).click()
    await eventually(() => new URL(page.url()).pathname).toBe('/tasks/schedule-seed-1204')
  })

  test('one is paused, goes on, runs once and is removed after a question', async () => {
    const page = await visit.signedIn({ path: '/schedules' })
    const one = card(page, 1)
    await one.getByTestId('schedule-pause').click()
    await eventually(() => one.getByTestId('schedule-state').textContent()).toBe('已暂停')
    await one.getByTestId('schedule-resume').click()
    await eventually(() => one.getByTestId('schedule-state').textContent()).toBe('启用')
    await one.getByTestId('schedule-run').click()
    await page.getByText('已开始，点这里查看任务').click()
    await eventually(() => new URL(page.url()).pathname).toBe('/tasks/schedule-seed-1-run-1')
    await page.goBack()
    await card(page, 1).getByTestId('schedule-remove').click()
    await page.getByTestId('schedule-remove-confirm').click()
    await eventually(() => numbers(page)).toEqual([4, 3, 2])
  })

  test('a new one shows what its time means while it is written, and is added', async () => {
    const page = await visit.signedIn({ path: '/schedules' })
    await page.getByTestId('schedule-new').click()
    await page.getByTestId('schedule-when').fill('sometimes')
    await seen(page, 'schedule-meaning', '看不懂时间')
    await page.getByTestId('schedule-save').click()
    for (const words of ['写上命令', '写上会话']) await page.getByTestId('schedule-form').getByText(words).waitFor()
    await page.getByTestId('schedule-when').fill('每周一 9:00')
    await seen(page, 'schedule-meaning', '2026/11/23 09:00')
    await page.getByTestId('schedule-text').fill('nonsense')
    await page.getByTestId('schedule-chat').fill('lisi')
    await page.getByTestId('schedule-save').click()
    await seen(page, 'schedule-error', '不是命令')
    await page.getByTestId('schedule-text').fill('demo echo 早')
    await page.getByTestId('schedule-save').click()
    await eventually(() => numbers(page)).toEqual([14, 4, 3, 2, 1])
    expect(visit.fake.schedules[0]).toMatchObject({
      when: '每周一 9:00',
      text: 'demo echo 早',
      to: { chat: 'lisi', chatKind: 'private' },
      owner: { id: 'lisi' },
      misfire: 'once',
    })
  })

  test('a form that is opened before the channels are known takes the first when they come', async () => {
    const page = await visit.open({ path: '/schedules?new' })
    const held = Promise.withResolvers<void>()
    await page.route('**/api/live', async (route) => {
      await held.promise
      await route.continue()
    })
    await submitPassword(page, visit.fake.password)
    await page.getByTestId('schedule-when').fill('每周一 9:00')
    await page.getByTestId('schedule-text').fill('demo echo 早')
    await page.getByTestId('schedule-chat').fill('lisi')
    await page.getByTestId('schedule-save').click()
    await page.getByTestId('schedule-form').getByText('还没有可用的渠道').waitFor()
    held.resolve()
    await page.getByText('还没有可用的渠道').waitFor({ state: 'detached' })
    await page.getByTestId('schedule-save').click()
    await eventually(() => numbers(page)).toHaveLength(5)
    expect(visit.fake.schedules[0]?.to.channel).toBe(visit.fake.overview.channels[0]?.id)
  })
})
