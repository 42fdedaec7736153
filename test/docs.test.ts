import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { settingsKeysAt } from '../config/editor-schema.ts'
import { variableNames } from '../config/environment.ts'
import { readConfig } from '../config/read.ts'
import { platforms } from '../src/channels/platforms.ts'
import { sceneEntryOf } from '../src/scenes/entry.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...platforms.map(({ guide }) => guide.page),
  'docs/llm.md',
  'docs/replies.md',
  'docs/schedules.md',
  'docs/stats.md',
  'docs/report.md',
  'docs/operating.md',
  'docs/scenes.md',
]

function blocks(page: string, language: string): string[] {
  return [...read(page).matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text ?? '')
}

// Below the project, so that `#scene` is found.
const folder = mkdtempSync(join(root, 'test/.docs-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(pages)('%s', (page) => {
  test('links lead somewhere', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link ?? '')
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  test('scenes are ones that load', async () => {
    const scenes = blocks(page, 'ts').filter((text) => text.includes('export default defineScene'))
    for (const [index, text] of scenes.entries()) {
      const file = join(folder, `${page.replace(/\W/g, '-')}-${index}.ts`)
      writeFileSync(file, text)
      const { default: scene } = await import(file)
      expect(sceneEntryOf(scene, file, true).commands).not.toEqual([])
    }
  })

  test('YAML is settings', () => {
    const secrets = {
      BOT_TOKEN: 'x'.repeat(32),
      SALES_TOKEN: 'a-token',
      FILES_KEY: 'k',
      WIKI_TOKEN: 't',
      PICTURE_KEY: 'k',
      STAFF_SECRET: 's',
      STAFF_TOKEN: 't',
      STAFF_ENCODING_AES_KEY: 'x'.repeat(43),
    }
    for (const text of blocks(page, 'yaml')) expect(() => readConfig(secrets, () => text)).not.toThrow()
  })
})

test('both READMEs show the same commands and code', () => {
  const code = (page: string) => blocks(page, 'sh').concat(blocks(page, 'ts'), blocks(page, ''))
  const plain = (text: string) => text.replace(/[\u4e00-\u9fff]+userid|your-userid/, '<userid>')
  expect(code('README.zh-CN.md').map(plain)).toEqual(code('README.md').map(plain))
  const headings = (page: string) => [...read(page).matchAll(/^#+ /gm)].map(([heading]) => heading)
  expect(headings('README.zh-CN.md')).toEqual(headings('README.md'))
})

test('every variable and every setting is explained', () => {
  const page = read('docs/operating.md')
  expect(variableNames.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  const settings = [...settingsKeysAt([]), ...settingsKeysAt(['limits']).map((name) => `limits.${name}`)]
  expect(settings.filter((name) => name !== 'limits' && !page.includes(`\`${name}\``))).toEqual([])
})
