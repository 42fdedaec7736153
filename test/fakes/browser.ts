import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/**
 * The Chromium of this machine: CHROME_PATH, or the first on PATH. Without one the tests that need it are skipped with a loud
 * word; where CI=true that is an error, so that no run is green for want of a browser.
 */
export function findBrowser(): string | undefined {
  const { CHROME_PATH, PATH = '', CI } = process.env
  const candidates = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const found = [...(CHROME_PATH ? [CHROME_PATH] : []), ...candidates].find((file) => existsSync(file))
  if (found) return found
  const word = 'no Chromium on PATH and no CHROME_PATH: the browser tests need one (Debian: apt-get install chromium)'
  if (CI === 'true') throw new Error(word)
  process.stderr.write(`\n*** SKIPPED: ${word}\n\n`)
  return undefined
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
  })
}
