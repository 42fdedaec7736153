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

  test('is no heavier than a page that people wait for may be', () => {
    expect(scripts().reduce((sum, script) => sum + script.length, 0)).toBeLessThan(600_000)
  })

  function scripts(): string[] {
    const files = readdirSync(`${dist}assets`).filter((name) => name.endsWith('.js'))
    return files.map((name) => readFileSync(`${dist}assets/${name}`, 'utf8'))
  }
})
