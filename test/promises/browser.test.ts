import { readFile } from 'node:fs/promises'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBrowser, launchBrowser } from '../fakes/browser.ts'
import { type Huitou, scratchDir, startHuitou } from '../fakes/huitou.ts'

const chromium = findBrowser()

describe.skipIf(chromium === undefined)('a person at the browser', () => {
  let huitou: Huitou
  let browser: Browser
  let page: Page
  let scratch: { dir: string; remove(): Promise<void> }
  const sins: string[] = []

  beforeAll(async () => {
    scratch = await scratchDir()
    huitou = await startHuitou({ dataDir: scratch.dir })
    browser = await launchBrowser(chromium ?? '')
    page = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
    page.on('pageerror', (error) => sins.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(huitou.url) && !/^(data|blob):/.test(request.url())) sins.push(request.url())
    })
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await huitou?.stop()
    await scratch?.remove()
  })

  async function say(text: string): Promise<Locator> {
    const before = await page.getByTestId('console-task').count()
    await page.getByTestId('console-input').fill(text)
    await page.getByTestId('console-send').click()
    const card = page.getByTestId('console-task').nth(before)
    await card.waitFor()
    return card
  }

  test('is let in with the password only', async () => {
    await page.goto(huitou.url)
    await page.getByTestId('login-password').fill('a wrong one')
    await page.getByTestId('login-submit').click()
    await page.getByTestId('login-error').waitFor()
    await page.getByTestId('login-password').fill(huitou.password)
    await page.getByTestId('login-submit').click()
    await page.getByTestId('overview').waitFor()
  })

  test('chats, sees the task run and finish, and gets its answer', async () => {
    await page.goto(`${huitou.url}/console`)
    const card = await say('demo sleep 3')
    await card.getByTestId('task-progress').waitFor()
    await page.getByTestId('bubble-bot').filter({ hasText: '已收到 #1' }).waitFor()
    await page.getByTestId('bubble-bot').filter({ hasText: '醒了' }).waitFor()
    await card.getByText('完成').waitFor()
  })

  test('cancels another with a click', async () => {
    const card = await say('demo sleep 60')
    await card.getByTestId('task-progress').waitFor()
    await card.getByTestId('task-cancel').click()
    const confirm = page.getByTestId('task-cancel-confirm')
    if (await confirm.isVisible().catch(() => false)) await confirm.click()
    await card.getByText('已取消').waitFor()
    await page.getByTestId('bubble-bot').filter({ hasText: '#2 已取消' }).waitFor()
  })

  test('attaches a table and has it counted: a chart, and a file to take away', async () => {
    const buffer = Buffer.from('城市,金额\n北京,10\n上海,32\n北京,5\n')
    await page.locator('input[type="file"]').setInputFiles([{ name: '销售.csv', mimeType: 'text/csv', buffer }])
    await page.locator('[data-testid="attachment"][data-ready]').waitFor()
    const card = await say('stats top 城市')
    await card.getByText('完成').waitFor()
    const file = page.getByTestId('bubble-bot').locator('a[download$=".csv"]')
    const chart = page.getByTestId('bubble-bot').locator('img')
    await expect.poll(() => chart.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(300)
    const [download] = await Promise.all([page.waitForEvent('download'), file.click()])
    const orderingKeys = (await readFile(await download.path(), 'utf8')).replace('\uFEFF', '').split(/\r?\n/)
    expect(orderingKeys.slice(0, 3)).toEqual(['城市,行数,占比%', '北京,2,66.67', '上海,1,33.33'])
    const shown = page.getByTestId('bubble-person').last().locator('a[download="销售.csv"]')
    expect(await shown.count()).toBe(1)
  })

  test('sees every event of the task afterwards', async () => {
    await page.goto(`${huitou.url}/tasks`)
    const orderingKey = page.getByTestId('task-row').filter({ hasText: 'demo sleep 3' })
    await orderingKey.waitFor()
    expect(await orderingKey.getByTestId('task-state').textContent()).toContain('完成')
    await orderingKey.click()
    await page.getByTestId('timeline-hop').nth(3).waitFor()
    const events = await page.getByTestId('timeline-hop').allTextContents()
    expect(events.length).toBeGreaterThanOrEqual(4)
  })

  test('asks nobody else for anything, and nothing breaks on the way', () => {
    expect(sins).toEqual([])
  })
})
