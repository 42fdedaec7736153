import { readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildDashboard } from '../../src/dashboard/build.ts'

const dist = fileURLToPath(new URL('../../src/dashboard/web/dist/', import.meta.url))

describe('the built browser app', () => {
  beforeAll(() => buildDashboard(), 120_000)

  test('is left alone while its sources are older', async () => {
    const builtAtMs = statSync(`${dist}index.html`).mtimeMs
    await buildDashboard()
    expect(statSync(`${dist}index.html`).mtimeMs).toBe(builtAtMs)
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
