import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { scratchDir } from '../fakes/huitou.ts'
import { overviewOf } from './books.ts'
import { openCompany } from './company.ts'
import { until } from './work.ts'

const scene = (answer: string): string => `import { defineScene, z } from '#scene'

const summary = { zh: '问候', en: 'Greetings' }
export default defineScene({
  name: 'greet',
  summary,
  commands: { say: { summary, args: z.object({}), run: () => ${answer} } },
})
`

test('a changed scene file serves the next message, a broken one is told with its line and the old one goes on', async () => {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  await mkdir(join(dir, 'public'))
  const file = join(dir, 'public', 'greet.ts')
  await writeFile(file, scene("'one'"))
  const company = await openCompany({ env: { SCENE_DIRS: `${dir},src/scenes` } })
  if (company === undefined) throw new Error('the embedded store needs nothing')
  onTestFinished(() => company.close())
  const { huitou } = company
  const loads = () => huitou.log.filter(({ msg }) => msg === 'scenes loaded').length
  const greeting = () => company.answer('zhangsan', 'greet say')
  const change = async (source: string) => {
    const before = loads()
    await writeFile(file, source)
    await until(() => loads() > before, 30_000, 'the new scenes')
  }

  expect(await greeting()).toBe('one')
  await change(scene("'two'"))
  expect(await greeting()).toBe('two')

  await change(scene("'three").replace('summary,', 'summary, ???'))
  const { sceneFaults } = await overviewOf(huitou)
  expect(sceneFaults).toMatchObject([{ file, line: expect.any(Number), message: expect.any(String) }])
  const line = await huitou.waitForLog(({ msg }) => String(msg).startsWith('a scene file is broken'))
  expect(line).toMatchObject({ file, line: sceneFaults[0]?.line })
  expect(await greeting()).toBe('two')
  expect(await greeting()).toBe('two')

  await change(scene("'four'"))
  expect((await overviewOf(huitou)).sceneFaults).toEqual([])
  expect(await greeting()).toBe('four')
  await change(scene("'five'").replaceAll('greet', 'hello'))
  expect(await company.answer('zhangsan', 'hello say')).toBe('five')
  expect(await greeting()).toContain('没有“greet say”这个命令')
})
