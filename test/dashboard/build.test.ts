import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { appendFile, cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { buildDashboard } from '../../src/dashboard/build.ts'
import { scratchDir } from '../fakes/huitou.ts'

const dist = fileURLToPath(new URL('../../src/dashboard/web/dist/', import.meta.url))

describe('the built browser app', () => {
  beforeAll(() => buildDashboard(), 120_000)

  test('is left alone while its sources say the same, whenever they were written', async () => {
    const builtAtMs = statSync(`${dist}index.html`).mtimeMs
    utimesSync(fileURLToPath(new URL('../../src/dashboard/web/main.tsx', import.meta.url)), new Date(), new Date())
    await buildDashboard()
    expect(statSync(`${dist}index.html`).mtimeMs).toBe(builtAtMs)
  })

  test('is enough where nothing can be built, and is known when it is of other sources', async () => {
    const { dir, remove } = await scratchDir()
    onTestFinished(remove)
    const from = fileURLToPath(new URL('../../src/dashboard/', import.meta.url))
    await cp(from, join(dir, 'src/dashboard'), { recursive: true })
    await cp(join(from, '../../package-lock.json'), join(dir, 'package-lock.json'))
    const build = () =>
      promisify(execFile)(process.execPath, ['src/dashboard/build.ts'], { cwd: dir }).then(
        () => 'fine',
        ({ stderr }: { stderr: string }) => stderr,
      )
    expect(await build()).toBe('fine')
    await appendFile(join(dir, 'src/dashboard/web/main.tsx'), '\n')
    expect(await build()).toMatch(/not built from these sources.*npm ci/)
  })

  test('asks nobody else, runs no inline script, and is React as made for production', () => {
    const page = readFileSync(`${dist}index.html`, 'utf8')
    expect(page).not.toMatch(/https?:/)
    expect(page).not.toMatch(/<script(?![^>]*src=)/)
    expect(scripts().join('')).not.toContain('Download the React DevTools')
  })

  test('no page of it is heavier than what people wait for may be', () => {
    const [entry = ''] = names().filter((name) => /^index-[^.]+\.js$/.test(name))
    const pages = names().filter((name) => /-page-[^.]+\.js$/.test(name))
    expect(pages.length).toBeGreaterThan(3)
    for (const page of pages) {
      const weight = [...importedBy(page, importedBy(entry))].reduce((sum, name) => sum + read(name).length, 0)
      expect(weight, page).toBeLessThan(600_000)
    }
  })

  /** A script with all that it imports at once; what is imported when it is wanted is not counted. */
  function importedBy(name: string, found = new Set<string>()): Set<string> {
    if (found.has(name)) return found
    found.add(name)
    for (const [, imported = ''] of read(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      importedBy(imported, found)
    return found
  }

  function names(): string[] {
    return readdirSync(`${dist}assets`).filter((name) => name.endsWith('.js'))
  }

  function read(name: string): string {
    return readFileSync(`${dist}assets/${name}`, 'utf8')
  }

  function scripts(): string[] {
    return names().map(read)
  }
})
