import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import { compileCache } from '../fakes/huitou.ts'
import { aPlace } from './place.ts'
import { until } from './work.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A weekly report whose code changes. */
const scene = (total: number) => `
import { defineCommand, defineScene, z } from '#scene'
export default defineScene({
  name: 'sums',
  summary: { zh: '合计', en: 'Sums' },
  commands: {
    week: defineCommand({
      summary: { zh: '一周', en: 'A week' },
      args: z.object({ team: z.string() }),
      lane: 'long',
      async run({ args, say, sleep }) {
        await sleep('a moment', 200)
        await say('head', 'report of ' + args.team)
        return 'orders\\ntotal ${total}\\nend'
      },
    }),
  },
})
`

test('a past message runs again with the code of now: dry without a send, with the old answers beside the new', {
  timeout: 120_000,
}, async () => {
  const place = await aPlace('embedded')
  if (place === undefined) throw new Error('the embedded store is everywhere')
  const { simulator, dataDir } = place
  const env = await place.writeScene('sums.ts', scene(12))
  const huitou = await place.start({ env })
  const cli = async (...words: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/main.ts', ...words], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: compileCache,
        HUITOU_CONFIG: '',
        DATA_DIR: dataDir,
        API_TOKENS: huitou.token,
        PORT: new URL(huitou.url).port,
      },
    })
    return stdout.trimEnd().split('\n')
  }
  const { msgId } = await simulator.say('zhangsan', 'sums week east')
  await simulator.waitFor(({ text }) => text.startsWith('orders'), 30_000)
  const detail = async (id: string) => (await (await huitou.api(`/api/tasks/${id}`)).json()) as TaskDetail
  await until(async () => (await detail(`wecom-${msgId}`)).state === 'done', 10_000, 'its end is written down')

  expect(await cli('replay', '1', '--dry')).toEqual([
    '#2 repeats #1, dry: nothing is sent or done',
    'done',
    'head: same',
    'answer: same',
  ])

  await place.writeScene('sums.ts', scene(13))
  await until(async () => (await cli('replay', '1', '--dry')).includes('answer: changed'), 30_000, 'the new code runs')
  const sent = simulator.inbox.length
  expect((await cli('replay', '1', '--dry')).slice(1)).toEqual([
    'done',
    'head: same',
    'answer: changed',
    '    orders',
    '  - total 12',
    '  + total 13',
    '    end',
  ])
  expect(simulator.inbox.length).toBe(sent)

  expect((await cli('replay', '1'))[0]).toMatch(/^#\d+ repeats #1$/)
  await simulator.waitFor(({ text }) => text === 'orders\ntotal 13\nend', 30_000)
  const help = await simulator.say('zhangsan', 'help')
  await expect(cli('replay', `wecom-${help.msgId}`)).rejects.toThrow('built-in commands are not replayed')
  await expect(cli('replay', 'no-such-task')).rejects.toThrow('there is no task no-such-task')
})
