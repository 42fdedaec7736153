import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Part } from '../../src/core/message/part.ts'
import type { Bubble } from '../../src/dashboard/api/console/shapes.ts'
import { browsing, eventually } from '../dashboard/browsing.ts'
import { findBrowser } from '../fakes/browser.ts'
import { pngBase64, seedTasks } from '../fakes/dashboard-seed.ts'

const chromium = findBrowser()
const path = '/console?channel=qq-group&chat=g20001'

describe.skipIf(chromium === undefined)('a simulated QQ group in a browser', () => {
  const visit = browsing(chromium)
  const open = (context = {}) => visit.signedIn({ path, tasks: 0, context })

  function speak(from: Bubble['from'], parts: Part[], messageId = `${Math.random()}`): void {
    visit.fake.bubble('qq-group', 'g20001', { id: `qq-group-${Math.random()}`, from, parts, messageId })
  }
  const bot = { kind: 'bot' as const }
  const lisi = { kind: 'person' as const, id: '10002', name: '李四' }

  test('says that it is simulated, whose group it is, and what the bot listens to', async () => {
    const page = await open()
    await page.getByText('机器人只听 / 或 # 开头').waitFor()
    await eventually(() => page.locator('header').getByTestId('simulated').textContent()).toBe('模拟')
    expect(await page.locator('nav h2').allTextContents()).toEqual(['网页控制台', '企业微信模拟', 'QQ模拟'])
    await page.getByRole('button', { name: '/demo sleep 5' }).click()
    await eventually(() => visit.fake.heard.map(({ parts }) => parts)).toEqual([
      [{ kind: 'text', text: '/demo sleep 5' }],
    ])
  })

  test('who one speaks as is on the right, the others and the bot on the left, each by name', async () => {
    const page = await open()
    await page.getByTestId('console-person').click()
    await page.getByRole('menuitem', { name: '张三' }).click()
    await say(page, '我是张三')
    speak(lisi, [{ kind: 'text', text: '我是李四' }])
    speak(bot, [{ kind: 'text', text: '我是机器人' }])
    /** Who said it, and on which side of the middle its words begin or end. */
    const sideOf = (words: string) =>
      page.locator('article', { hasText: words }).evaluate((article) => {
        const said = article.querySelector('[data-testid="said"]')?.getBoundingClientRect() ?? new DOMRect()
        const log = article.parentElement?.getBoundingClientRect() ?? new DOMRect()
        const name = article.querySelector('time')?.previousElementSibling?.textContent
        return [name, said.left - log.left < log.right - said.right ? 'left' : 'right']
      })
    await eventually(() => page.getByText('我是', { exact: false }).count()).toBeGreaterThanOrEqual(3)
    expect(await sideOf('我是李四')).toEqual(['李四', 'left'])
    expect(await sideOf('我是机器人')).toEqual(['小回', 'left'])
    expect(await sideOf('你说：我是张三')).toEqual(['小回', 'left'])
    await page.getByTestId('console-person').click()
    await page.getByRole('menuitem', { name: '李四' }).click()
    await eventually(() => sideOf('我是李四')).toEqual(['李四', 'right'])
  })

  test('an @ is chosen by key, and goes out as a mention', async () => {
    const page = await open()
    const input = page.getByTestId('console-input')
    await input.pressSequentially('@')
    await eventually(() => page.getByTestId('console-hint').allTextContents()).toEqual([
      '@小回机器人',
      '@张三10001',
      '@李四10002',
    ])
    await input.press('Tab')
    await input.pressSequentially('help')
    await input.press('Enter')
    await eventually(() => visit.fake.heard[0]?.parts).toEqual([
      { kind: 'mention', person: '3100000001', name: '小回' },
      { kind: 'text', text: ' help' },
    ])
    await eventually(() => page.getByTestId('mention').first().textContent()).toBe('@小回')
    await input.pressSequentially('/sle')
    await input.press('Tab')
    expect(await input.inputValue()).toBe('/demo sleep ')
  })

  test('a reply quotes what it answers, until it is dropped', async () => {
    const page = await open()
    speak(bot, [{ kind: 'text', text: '北京是首都。' }], 'm-1')
    await page.getByTestId('bubble-bot').hover()
    await page.getByTestId('reply').click()
    await eventually(() => page.getByTestId('reply-chip').textContent()).toContain('小回: 北京是首都。')
    await say(page, '还有呢')
    await eventually(() => visit.fake.heard[0]?.parts).toEqual([
      { kind: 'quote', messageId: 'm-1', text: '小回: 北京是首都。' },
      { kind: 'text', text: '还有呢' },
    ])
    await eventually(() => page.getByTestId('quote').textContent()).toBe('小回: 北京是首都。')
    expect(await page.getByTestId('reply-chip').count()).toBe(0)
    await page.getByTestId('bubble-bot').first().hover()
    await page.getByTestId('reply').first().click()
    await page.getByTestId('console-input').press('Escape')
    await page.getByTestId('reply-chip').waitFor({ state: 'detached' })
  })

  test('mentions, pictures, files and merged forwards of the bot are shown', async () => {
    const page = await open()
    const words = '很长的一段。'.repeat(60)
    speak(bot, [
      { kind: 'mention', person: '10002', name: '李四' },
      { kind: 'text', text: ' 看图' },
    ])
    speak(bot, [{ kind: 'image', media: { source: 'inline', base64: pngBase64 }, type: 'image/png' }])
    speak(bot, [{ kind: 'file', name: '周报.csv', media: { source: 'inline', base64: 'YSxi' } }])
    speak(bot, [{ kind: 'native', platform: 'onebot', body: { forward: ['第一条', words, '第三条', '第四条'] } }])
    const bubbles = page.getByTestId('bubble-bot')
    await eventually(() => bubbles.count()).toBe(4)
    expect(await bubbles.first().getByTestId('said').textContent()).toBe('@李四 看图')
    await eventually(() => bubbles.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(240)
    expect(await bubbles.locator('a[download="周报.csv"]').count()).toBe(1)
    const forward = page.getByTestId('forward')
    expect(await forward.getByText('第四条').isVisible()).toBe(false)
    await forward.getByText('查看全部 4 条').click()
    await eventually(() => forward.getByText('第四条').isVisible()).toBe(true)
  })

  test('what happens in the group stands between the bubbles, and nobody can reply to it', async () => {
    const page = await open()
    speak(lisi, [{ kind: 'text', text: '广告' }])
    speak({ kind: 'notice' }, [{ kind: 'text', text: '李四 被 小回 禁言 10 分钟' }])
    const notice = page.getByTestId('bubble-notice')
    await eventually(() => notice.textContent()).toBe('李四 被 小回 禁言 10 分钟')
    const middle = await notice.evaluate((line) => {
      const [its, logs] = [line.getBoundingClientRect(), line.parentElement?.getBoundingClientRect() ?? new DOMRect()]
      return its.left + its.width / 2 - (logs.left + logs.width / 2)
    })
    expect(Math.abs(middle)).toBeLessThan(2)
    expect(await page.getByTestId('reply').count()).toBe(1)
  })

  test('a message has its task under it, also one of earlier', async () => {
    const page = await open()
    const [seed] = seedTasks(1)
    if (!seed) throw new Error('no seed')
    const task = { ...seed, channel: 'qq-group', chat: 'g20001', id: 'qq-group-3100000001-g20001-77', number: 9 }
    visit.fake.put({ ...task, state: 'running', progress: { text: '北京'.repeat(100) } })
    speak(lisi, [{ kind: 'text', text: '#介绍一下北京' }], '77')
    speak(lisi, [{ kind: 'text', text: '没人理我' }], '7')
    await eventually(() => page.getByTestId('console-task').count()).toBe(1)
    await page.reload()
    const chip = page.getByTestId('console-task')
    await eventually(() => chip.textContent()).toContain('#9')
    // However long its progress is.
    expect(await chip.evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true)
  })

  test('on a phone nothing is wider than the screen, and the chats stand under their platforms', async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true })
    speak(lisi, [
      { kind: 'quote', messageId: '1', text: '小回: 一二三四五'.repeat(20) },
      { kind: 'text', text: '好' },
    ])
    speak(bot, [{ kind: 'native', platform: 'onebot', body: { forward: ['很长的一条'.repeat(40)] } }])
    await eventually(() => page.locator('article').count()).toBe(2)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(await page.getByTestId('console-scroll').evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true)
    await page.getByRole('button', { name: '选择会话' }).click()
    await page.getByRole('menuitem', { name: '产品讨论群' }).waitFor()
    expect(await page.getByRole('menu').getByTestId('simulated').count()).toBe(2)
  })
})

async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('console-input').fill(text)
  await page.getByTestId('console-send').click()
}
