import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { buildDashboard } from '../../src/dashboard/build.ts'
import { launchBrowser } from '../fakes/browser.ts'
import { type FakeDashboard, startFakeDashboard } from '../fakes/dashboard-api.ts'
import { seedTasks } from '../fakes/dashboard-seed.ts'

export interface Opening {
  path?: string
  /** How many tasks there are already. */
  tasks?: number
  context?: BrowserContextOptions
  /** How many times as fast as a real one the bot behind the page is. */
  speed?: number
}

export interface Browsing {
  /** The API behind the page that was opened last. */
  readonly fake: FakeDashboard
  /** Opens the app with an API of its own, as far as the login. */
  open(opening?: Opening): Promise<Page>
  /** The same, signed in and live. */
  signedIn(opening?: Opening): Promise<Page>
}

/** Builds the app and opens it in a real browser, for the tests of a file. No page may throw, break its policy or ask another host. */
export function browsing(chromium: string | undefined): Browsing {
  const dist = fileURLToPath(new URL('../../src/dashboard/web/dist/', import.meta.url))
  const sins: string[] = []
  let browser: Browser
  let fake: FakeDashboard

  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser(chromium ?? '')
  }, 120_000)

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    await fake.close()
    expect(sins.splice(0)).toEqual([])
  })

  afterAll(() => browser?.close())

  async function open({ path = '/', tasks = 30, context = {}, speed = 5 }: Opening = {}): Promise<Page> {
    fake = await startFakeDashboard({ dist, tasks: seedTasks(tasks), speed })
    const page = await (await browser.newContext({ locale: 'zh-CN', ...context })).newPage()
    page.on('pageerror', (error) => sins.push(error.message))
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) sins.push(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(fake.url) && !request.url().startsWith('data:')) sins.push(request.url())
    })
    await page.goto(fake.url + path)
    await page.getByTestId('login-password').waitFor()
    return page
  }

  return {
    get fake() {
      return fake
    },
    open,
    async signedIn(opening) {
      const page = await open(opening)
      await submitPassword(page, fake.password)
      await page.locator('[data-testid="live-state"][data-state="live"]').waitFor()
      return page
    },
  }
}

/** Fills in the login and waits for the answer. */
export async function submitPassword(page: Page, password: string): Promise<void> {
  await page.getByTestId('login-password').fill(password)
  await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/api/session')),
    page.getByTestId('login-submit').click(),
  ])
}

/** Waits until what is read fits the matcher behind it; long, because a busy machine draws slowly. */
export function eventually<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 20_000 })
}

/** Waits until the (first) element shows the text. */
export async function seen(page: Page, testId: string, text: string | RegExp): Promise<void> {
  const matching = typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text)
  await eventually(() => page.getByTestId(testId).first().textContent()).toEqual(matching)
}
