import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browsing, eventually, seen, submitPassword } from '../dashboard/browsing.ts'
import { findBrowser } from '../fakes/browser.ts'
import { seedTasks } from '../fakes/dashboard-seed.ts'

const chromium = findBrowser()
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true }

describe.skipIf(chromium === undefined)('the dashboard in a browser', () => {
  const visit = browsing(chromium)

  test('a wrong password is told, and too many tries say how long to wait', async () => {
    const page = await visit.open()
    for (const _ of [1, 2, 3]) await submitPassword(page, 'wrong')
    await seen(page, 'login-error', '密码不对')
    await submitPassword(page, 'wrong')
    await seen(page, 'login-error', /请等 \d 秒/)
    expect(await page.getByTestId('login-submit').isDisabled()).toBe(true)
    await page.getByTestId('login-error').waitFor({ state: 'detached' })
    await submitPassword(page, visit.fake.password)
    await page.getByTestId('task-row').first().waitFor()
  })

  test('signing in leads to where one wanted to go, signing out back to the door', async () => {
    const page = await visit.open({ path: '/console?channel=console&chat=zhangsan' })
    await submitPassword(page, visit.fake.password)
    await page.getByTestId('console-input').waitFor()
    expect(page.url()).toContain('chat=zhangsan')
    await page.getByTestId('settings').click()
    await page.getByTestId('sign-out').click()
    await page.getByTestId('login-password').waitFor()
  })

  test('the overview tells of lanes, channels that are down and why, and scene faults with their line', async () => {
    const page = await visit.signedIn()
    await seen(page, 'overview', /long\s*4\/4/)
    await seen(page, 'overview', /断开 4 分钟.*OneBot 一侧未在线/s)
    await seen(page, 'scene-faults', 'scenes/weather.ts:17')
    visit.fake.putOverview({ sceneFaults: [], store: { kind: 'redis', up: false } })
    await page.getByTestId('scene-faults').waitFor({ state: 'detached' })
    await seen(page, 'store', /Redis.*连不上/)
  })

  test('a task appears by itself, moves on and leaves a filter that it no longer fits', async () => {
    const page = await visit.signedIn({ path: '/tasks?state=running' })
    const [seed] = seedTasks(1)
    if (!seed) throw new Error('no seed')
    visit.fake.put({ ...seed, id: 't-new', number: 5000, text: '新来的', progress: { percent: 10 } })
    const row = page.locator('[data-task="t-new"]')
    await row.waitFor()
    expect(await page.getByTestId('task-row').first().getAttribute('data-task')).toBe('t-new')
    visit.fake.put({ ...seed, id: 't-new', number: 5000, text: '新来的', progress: { percent: 80, text: '快了' } })
    await eventually(() => row.textContent()).toContain('80%快了')
    visit.fake.put({ ...seed, id: 't-new', number: 5000, text: '新来的', state: 'done' })
    await row.waitFor({ state: 'detached' })
  })

  test('filters narrow the list, live in the address and survive a reload', async () => {
    const page = await visit.signedIn()
    await page.getByTestId('state-failed').click()
    await page.getByTestId('filter-q').fill('monthly')
    await eventually(() => page.url()).toContain('state=failed&q=monthly')
    await eventually(() => states(page)).toEqual(['失败'])
    await page.reload()
    await eventually(() => states(page)).toEqual(['失败'])
    await page.getByTestId('filter-clear').click()
    await page.getByRole('button', { name: '只看 陈晓明' }).first().click()
    await eventually(() => page.url()).toContain('user=console%3Achenxiaoming')
    await page.getByTestId('filter-q').fill('没有这样的')
    await page.getByText('没有符合条件的任务').waitFor()
  })

  test('older tasks are loaded when asked for, each once', async () => {
    const page = await visit.signedIn({ tasks: 120 })
    await eventually(() => page.getByTestId('task-row').count()).toBe(50)
    await page.getByTestId('load-more').click()
    await eventually(() => page.getByTestId('task-row').count()).toBe(100)
    await page.getByTestId('load-more').click()
    await eventually(() => page.getByTestId('task-row').count()).toBe(120)
    expect(await page.getByTestId('load-more').count()).toBe(0)
    const ids = await page.getByTestId('task-row').evaluateAll((rows) => rows.map((row) => row.dataset.task))
    expect(new Set(ids).size).toBe(120)
  })

  test('there is no more of a list whose first page is on its way, and then only what fits', async () => {
    const page = await visit.signedIn({ tasks: 120 })
    await eventually(() => page.getByTestId('task-row').count()).toBe(50)
    const held = Promise.withResolvers<void>()
    await page.route('**/api/tasks?command=*', async (route) => {
      await held.promise
      await route.continue()
    })
    await page.getByTestId('filter-command').fill('demo echo')
    await page.locator('section[aria-busy="true"]').waitFor()
    expect(await page.getByTestId('load-more').count()).toBe(0)
    held.resolve()
    await page.locator('section[aria-busy="false"]').waitFor()
    const fitting = [...visit.fake.tasks.values()].filter(({ command }) => command === 'demo echo').length
    await eventually(() => page.getByTestId('task-row').count()).toBe(Math.min(50, fitting))
    expect(await page.getByTestId('task-row').filter({ hasText: 'demo echo' }).count()).toBe(Math.min(50, fitting))
  })

  test('a task opens beside the list with its events and the true states of its answers', async () => {
    const page = await visit.signedIn({ path: '/tasks?channel=qq-group' })
    await page.getByText('demo echo 今天的晨会改到十点').first().click()
    await page.getByTestId('timeline-hop').first().waitFor()
    expect(page.url()).toMatch(/\/tasks\/t-seed-\d+\?channel=qq-group$/)
    expect(await page.getByTestId('delivery-state').allTextContents()).toEqual(['已发送', '被拒绝', '不确定', '排队中'])
    await seen(page, 'maybe-twice', '可能收到两次')
    expect(await page.getByTestId('timeline-hop').nth(3).textContent()).toMatch(
      /开始执行第 1 次尝试\+171 毫秒共 180 毫秒/,
    )
    await page.keyboard.press('Escape')
    await page.getByTestId('task-detail').waitFor({ state: 'detached' })
    expect(page.url()).toMatch(/\/tasks\?channel=qq-group$/)
  })

  test('cancelling asks first, and what is cancelled can be tried again', async () => {
    const page = await visit.signedIn({ path: '/tasks/t-seed-30' })
    const detail = page.getByTestId('task-detail')
    await detail.getByTestId('task-cancel').click()
    await page.getByText('取消任务 #1230？').waitFor()
    expect(visit.fake.tasks.get('t-seed-30')?.state).toBe('running')
    await page.getByTestId('task-cancel-confirm').click()
    await eventually(() => detail.getByTestId('task-state').textContent()).toBe('已取消')
    await detail.getByTestId('task-retry').click()
    await page.getByTestId('task-retry-on').click()
    await eventually(() => detail.getByTestId('task-state').textContent()).toBe('等待')
    await eventually(() => detail.getByTestId('timeline-hop').last().textContent()).toContain('重新打开')
  })

  test('a lost live connection is told, and what was missed is there when it is back', async () => {
    const page = await visit.signedIn()
    const [seed] = seedTasks(1)
    visit.fake.mood = 'away'
    visit.fake.cut()
    await page.getByTestId('live-lost').waitFor()
    if (seed) visit.fake.tasks.set('t-missed', { ...seed, id: 't-missed', number: 7000 })
    visit.fake.mood = 'well'
    await page.locator('[data-task="t-missed"]').waitFor()
    await page.getByTestId('live-lost').waitFor({ state: 'detached' })
  })

  test('a task that is kept no longer and a page that never was say so', async () => {
    const page = await visit.signedIn({ path: '/tasks/t-gone' })
    await page.getByText('找不到这个任务').waitFor()
    await page.goto(`${visit.fake.url}/nowhere`)
    await page.getByText('没有这个页面').waitFor()
  })

  test('an empty house points to the console', async () => {
    const page = await visit.signedIn({ tasks: 0 })
    await page.getByText('demo sleep 5').waitFor()
    await page.getByRole('button', { name: '打开控制台' }).click()
    await page.getByTestId('console-input').waitFor()
  })

  test('language and appearance are kept over a reload', async () => {
    const page = await visit.signedIn()
    await page.getByTestId('settings').click()
    await page.getByTestId('lang-en').click()
    await page.getByTestId('settings').click()
    await page.getByTestId('theme-dark').click()
    await page.reload()
    await page.getByRole('link', { name: 'Tasks', exact: true }).waitFor()
    const html = page.locator('html')
    expect(await html.getAttribute('lang')).toBe('en')
    expect(await html.getAttribute('data-mantine-color-scheme')).toBe('dark')
  })

  test('a browser that prefers English is spoken to in English', async () => {
    const page = await visit.open({ context: { locale: 'en-GB' } })
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
  })

  test('on a phone tasks are cards, a task is a page, and nothing scrolls sideways', async () => {
    const page = await visit.signedIn({ context: phone })
    await page.locator('li[data-task="t-seed-30"] a').first().click()
    await page.getByTestId('timeline-hop').first().waitFor()
    expect(await page.getByTestId('task-row').count()).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await page.goBack()
    await page.getByTestId('task-row').first().waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await page.getByRole('button', { name: '只看 demo sleep' }).first().click()
    await eventually(() => page.url()).toContain('/tasks?command=demo+sleep')
  })
})

async function states(page: Page): Promise<string[]> {
  return [...new Set(await page.getByTestId('task-state').allTextContents())]
}
