import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browsing, eventually } from '../dashboard/browsing.ts'
import { findBrowser } from '../fakes/browser.ts'
import { pngBase64 } from '../fakes/dashboard-seed.ts'

const chromium = findBrowser()
const picture = { name: '图.png', mimeType: 'image/png', buffer: Buffer.from(pngBase64, 'base64') }

describe.skipIf(chromium === undefined)('the console in a browser', () => {
  const visit = browsing(chromium)
  const open = () => visit.signedIn({ path: '/console', tasks: 3 })

  test('what is said becomes a bubble, a task with its progress, and an answer', async () => {
    const page = await visit.signedIn({ path: '/console', tasks: 3, speed: 0.5 })
    await say(page, 'demo sleep 5')
    const task = page.getByTestId('console-task')
    await eventually(() => bubbles(page, 'person')).toEqual(['demo sleep 5'])
    await eventually(() => task.getByTestId('task-progress').textContent()).toContain('20%')
    await eventually(() => bubbles(page, 'bot')).toEqual(['已收到 #1204，大约要 5 秒', '睡了 5 秒，醒了。'])
    await eventually(() => task.getByTestId('task-state').textContent()).toBe('完成')
  })

  test('a running task is cancelled from under its message', async () => {
    const page = await open()
    await say(page, 'demo sleep 60')
    await page.getByTestId('task-cancel').click()
    await eventually(() => page.getByTestId('task-state').textContent()).toBe('已取消')
    await eventually(() => bubbles(page, 'bot')).toContain('#1204 已取消。')
  })

  test('one speaks as whom one chose, in each chat', async () => {
    const page = await open()
    await page.getByTestId('console-person').click()
    await page.getByRole('menuitem', { name: '李四' }).click()
    await say(page, '我是李四')
    await eventually(() => visit.fake.heard.map(({ person }) => person)).toEqual(['lisi'])
    await page.getByTestId('console-chat').nth(1).click()
    await page.getByText('这里还没有消息').waitFor()
    await page.getByTestId('console-chat').first().click()
    await eventually(() => bubbles(page, 'person')).toEqual(['我是李四'])
    await page.reload()
    await page.getByTestId('console-person').filter({ hasText: '李四' }).waitFor()
    await eventually(() => bubbles(page, 'person')).toEqual(['我是李四'])
  })

  test('what was said while the connection was away goes out once it is back, under one id', async () => {
    const page = await open()
    const { fake } = visit
    fake.mood = 'deaf'
    await say(page, '没有回音')
    await eventually(() => fake.heard.length).toBe(1)
    fake.mood = 'away'
    fake.cut()
    await page.getByTestId('console-lost').waitFor()
    await say(page, '断线时说的')
    await page.getByText('2 条消息会在连上后自动发送').waitFor()
    fake.mood = 'well'
    await page.getByTestId('console-back').waitFor()
    await eventually(() => bubbles(page, 'bot')).toEqual(['你说：没有回音', '你说：断线时说的'])
    expect(await bubbles(page, 'person')).toEqual(['没有回音', '断线时说的'])
    expect(fake.heard.length).toBe(3)
    expect(new Set(fake.heard.map(({ id }) => id)).size).toBe(2)
    await page.getByTestId('console-lost').waitFor({ state: 'detached' })
  })

  test('what is refused says why and can be said again', async () => {
    const page = await open()
    await say(page, 'refuse me')
    await page.getByText('没有被接受: 消息太长').waitFor()
    await page.getByRole('button', { name: '再发一次' }).click()
    await eventually(() => new Set(visit.fake.heard.map(({ id }) => id)).size).toBe(2)
    await page.getByRole('button', { name: '删去' }).click()
    await eventually(() => bubbles(page, 'person')).toEqual([])
  })

  test('markdown is shown, and no markup in it is ours', async () => {
    const page = await open()
    await say(page, 'demo markdown')
    const bubble = page.getByTestId('bubble-bot')
    await bubble.locator('table').waitFor()
    expect(await bubble.locator('strong').textContent()).toBe('1,204')
    expect(await bubble.locator('a').getAttribute('href')).toBe('https://example.com/report')
    expect(await bubble.locator('a').count()).toBe(1)
    expect(await bubble.locator('img').count()).toBe(0)
    expect(await bubble.textContent()).toContain('<img src=x onerror=alert(1)>')
  })

  test("a card's button says its command", async () => {
    const page = await open()
    await say(page, 'demo card')
    await page.getByRole('button', { name: '同意' }).click()
    await eventually(() => bubbles(page, 'person')).toEqual(['demo card', 'approve 42'])
  })

  test('a hint is taken by key; Enter says it, Shift+Enter breaks the line', async () => {
    const page = await open()
    const input = page.getByTestId('console-input')
    await input.pressSequentially('sle')
    await expect
      .poll(() => page.getByTestId('console-hint').allTextContents())
      .toEqual(['demo sleep <seconds>睡几秒，报告进度'])
    await input.press('Tab')
    expect(await input.inputValue()).toBe('demo sleep ')
    await input.fill('一')
    await input.press('Shift+Enter')
    await input.pressSequentially('二')
    await input.press('Enter')
    await eventually(() => visit.fake.heard[0]?.parts).toEqual([{ kind: 'text', text: '一\n二' }])
    await input.fill('/')
    await input.press('ArrowDown')
    await input.press('ArrowDown')
    await input.press('Enter')
    expect(await input.inputValue()).toBe('tasks ')
  })

  test('files are attached by choosing and by pasting, and shown', async () => {
    const page = await open()
    await page.locator('input[type="file"]').setInputFiles([picture])
    await page.getByTestId('console-input').evaluate((element) => {
      const clipboard = new DataTransfer()
      clipboard.items.add(new File(['a,b'], 'rows.csv', { type: 'text/csv' }))
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }))
    })
    await eventually(() => page.locator('[data-testid="attachment"][data-ready]').count()).toBe(2)
    await page.getByTestId('console-send').click()
    const bubble = page.getByTestId('bubble-person')
    await eventually(() => bubble.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(240)
    expect(await bubble.locator('a[download="rows.csv"]').getAttribute('href')).toMatch(/^\/api\/files\//)
    expect(visit.fake.heard[0]?.parts.map(({ kind }) => kind)).toEqual(['image', 'file'])
  })

  test('new bubbles scroll into view unless one reads further up', async () => {
    const page = await open()
    const scroll = page.getByTestId('console-scroll')
    const isAtEnd = () => scroll.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight < 5)
    for (let n = 0; n < 12; n++) speak(`第 ${n} 句`)
    await eventually(() => page.getByTestId('bubble-bot').count()).toBe(12)
    await eventually(isAtEnd).toBe(true)
    await scroll.evaluate((box) => box.scrollTo(0, 0))
    speak('下面的话')
    await page.getByRole('button', { name: '新消息' }).click()
    await eventually(isAtEnd).toBe(true)
  })

  function speak(text: string): void {
    const id = `b-${Math.random()}`
    visit.fake.bubble('console', 'ops', { id, from: { kind: 'bot' }, parts: [{ kind: 'text', text }] })
  }
})

async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('console-input').fill(text)
  await page.getByTestId('console-send').click()
}

/** What was said, without names, times and tasks. */
function bubbles(page: Page, from: 'person' | 'bot'): Promise<string[]> {
  return page.locator(`[data-testid="bubble-${from}"] [data-testid="said"]`).allTextContents()
}
