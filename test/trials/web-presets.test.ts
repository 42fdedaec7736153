import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browsing, eventually, seen } from '../dashboard/browsing.ts'
import { findBrowser } from '../fakes/browser.ts'

const chromium = findBrowser()

describe.skipIf(chromium === undefined)('presets in a browser', () => {
  const visit = browsing(chromium)
  const names = (page: Page) =>
    page.getByTestId('preset-card').evaluateAll((cards) => cards.map((card) => card.dataset.preset))

  test('each tells where it comes from, and files that are broken are told with their line', async () => {
    const page = await visit.signedIn()
    await page.getByRole('link', { name: '人设' }).click()
    await eventually(() => page.getByTestId('preset-origin').allTextContents()).toEqual([
      '文件',
      '控制台',
      '已改',
      '文件',
    ])
    await seen(page, 'preset-card', /简洁助手.*默认/s)
    await seen(page, 'preset-faults', 'config/presets/pirate.md:3')
  })

  test('a new preset is checked, kept once and listed', async () => {
    const page = await visit.signedIn({ path: '/presets' })
    await page.getByTestId('preset-new').click()
    await page.getByTestId('preset-name').fill('Pirate!')
    await page.getByTestId('preset-temperature').fill('3')
    await page.getByTestId('preset-save').click()
    const editor = page.getByTestId('preset-form')
    for (const words of ['小写字母、汉字、数字或 -，不以', '写点什么', '0 到 2 之间的数'])
      await editor.getByText(words).waitFor()
    await page.getByTestId('preset-name').fill('concise')
    await page.getByTestId('preset-temperature').fill('1,5')
    await page.getByTestId('preset-text').fill('Arr.')
    await page.getByTestId('preset-save').click()
    await seen(page, 'preset-error', '已经有这个名字')
    await page.getByTestId('preset-name').fill('pirate')
    await page.getByTestId('preset-titleZh').fill('海盗')
    await page.getByTestId('preset-save').click()
    await eventually(() => new URL(page.url()).pathname).toBe('/presets/pirate')
    await eventually(() => names(page)).toContain('pirate')
    expect(visit.fake.presets.presets.find(({ name }) => name === 'pirate')).toMatchObject({
      title: { zh: '海盗', en: '海盗' },
      temperature: 1.5,
      text: 'Arr.',
    })
  })

  test('an edited file can be reset, after a question', async () => {
    const page = await visit.signedIn({ path: '/presets/concise' })
    expect(await page.getByTestId('preset-remove').count()).toBe(0)
    await seen(page, 'preset-form', 'config/presets/concise.md')
    await page.getByTestId('preset-text').fill('短一点。')
    await page.getByTestId('preset-save').click()
    await seen(page, 'preset-form', '已改')
    await page.getByTestId('preset-remove').click()
    await page.getByText('在这里的修改会丢掉').waitFor()
    await page.getByTestId('preset-remove-confirm').click()
    await page.getByTestId('preset-form').waitFor({ state: 'detached' })
    await eventually(() => page.locator('[data-preset="concise"]').textContent()).toContain('文件里的内容')
  })

  test('one that the dashboard alone has can be deleted', async () => {
    const name = 'sql-reviewer-of-the-warehouse-32'
    const page = await visit.signedIn({ path: `/presets/${name}` })
    await page.getByTestId('preset-remove').click()
    await page.getByTestId('preset-remove-confirm').click()
    await eventually(() => names(page)).toEqual(['concise', 'translator', '老师'])
  })

  test('changes are not lost by closing, unless one says so', async () => {
    const page = await visit.signedIn({ path: '/presets' })
    await page.locator('[data-preset="老师"]').click()
    await page.getByTestId('preset-text').fill('改了一半')
    const asked: string[] = []
    page.once('dialog', (dialog) => {
      asked.push(dialog.message())
      void dialog.dismiss()
    })
    await page.keyboard.press('Escape')
    await eventually(() => asked).toEqual(['有没保存的修改，要丢掉吗？'])
    expect(await page.getByTestId('preset-text').inputValue()).toBe('改了一半')
    page.once('dialog', (dialog) => void dialog.accept())
    await page.keyboard.press('Escape')
    await page.getByTestId('preset-form').waitFor({ state: 'detached' })
  })

  test('a preset that is not there is said to be missing', async () => {
    const page = await visit.signedIn({ path: '/presets/gone' })
    await page.getByText('没有这个人设').waitFor()
  })

  test('what somebody else saves is shown, but not over what is being written here', async () => {
    const page = await visit.signedIn({ path: '/presets/concise' })
    const field = page.getByTestId('preset-text')
    await field.waitFor()
    const saveElsewhere = async (text: string) => {
      const { presets } = visit.fake.presets
      visit.fake.presets.presets = presets.map((one) =>
        one.name === 'concise' ? { ...one, text, edited: { by: 'admin', at: Date.now() } } : one,
      )
      const read = page.waitForResponse((response) => response.url().endsWith('/api/presets'))
      visit.fake.cut()
      await read
    }
    await saveElsewhere('别处写的')
    await eventually(() => field.inputValue()).toBe('别处写的')
    await field.fill('这里写的')
    await saveElsewhere('别处又写的')
    await seen(page, 'preset-card', '别处又写的')
    expect(await field.inputValue()).toBe('这里写的')
  })

  test('what is being written stays when somebody else deletes the preset, and saving makes it anew', async () => {
    const page = await visit.signedIn({ path: '/presets/老师' })
    const field = page.getByTestId('preset-text')
    await field.fill('这里写的')
    visit.fake.presets.presets = visit.fake.presets.presets.filter(({ name }) => name !== '老师')
    visit.fake.cut()
    await eventually(() => names(page)).not.toContain('老师')
    expect(await field.inputValue()).toBe('这里写的')
    await page.getByTestId('preset-save').click()
    await eventually(() => names(page)).toContain('老师')
  })
})
