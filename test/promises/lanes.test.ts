import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import { aPlace } from './place.ts'
import { until } from './work.ts'

const scene = `
import { defineCommand, defineScene, z } from '#scene'
const summary = { zh: '表', en: 'Reports' }
const args = z.object({})
export default defineScene({
  name: 'rep',
  summary,
  commands: {
    nap: defineCommand({ summary, args, lane: 'rep', async run({ sleep }) {
      await sleep('nap', 1_500)
      return 'awake again'
    } }),
    now: defineCommand({ summary, args, lane: 'rep', run: () => 'at once' }),
  },
})
`

test('a task that sleeps in a lane which the next start has no more goes on, and all chores are done', {
  timeout: 120_000,
}, async ({ skip }) => {
  const place = await aPlace('embedded', { redeliveries: 0 })
  if (place === undefined) return skip('NOT TESTED: no store')
  const { simulator, dataDir } = place
  const [folder, config] = [join(dataDir, 'scenes', 'public'), join(dataDir, 'huitou.yaml')]
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'rep.ts'), scene)
  const start = async (settings: string) => {
    await writeFile(config, settings)
    return place.start({ env: { SCENE_DIRS: join(dataDir, 'scenes'), HUITOU_CONFIG: config } })
  }

  const first = await start('lanes: { rep: { concurrency: 1 } }\n')
  const { msgId } = await simulator.say('zhangsan', 'rep nap')
  const taskOf = async (huitou: typeof first) =>
    // The API answers in its own shapes.
    (await (await huitou.api(`/api/tasks/wecom-${msgId}`)).json()) as TaskDetail
  await until(async () => ((await taskOf(first)).waits ?? []).length === 1, 20_000, 'it sleeps')
  await first.stop()

  const second = await start('')
  await simulator.waitFor(({ text }) => text === 'awake again', 60_000)
  await simulator.say('zhangsan', 'rep now')
  await simulator.waitFor(({ text }) => text === 'at once', 20_000)
  const told = second.log.map(({ msg }) => msg)
  expect(told).toContain('a command wants a lane that config has not; it runs in another')
  expect(told).toContain('config has no such lane; its tasks run in another')
  expect(told).not.toContain('a chore failed; it is tried again and again')
  await second.stop()
})
