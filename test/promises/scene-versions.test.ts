import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { aPlace, type StoreKind, storeKinds } from './place.ts'
import { until } from './work.ts'

/** What it says comes from a file beside it. */
const scene = (first = 'draft', more = '') => `
import { defineCommand, defineScene, z } from '#scene'
import { word } from './words/word.ts'
const summary = { zh: '信', en: 'Letters' }
export default defineScene({
  name: 'letter',
  summary,
  ${more}
  commands: {
    write: defineCommand({
      summary,
      args: z.object({}),
      lane: 'long',
      async run({ step, approve }) {
        const before = await step('${first}', () => word)
        await approve('send')
        return 'begun with ' + before + ', ended with ' + word
      },
    }),
    many: defineCommand({
      summary,
      args: z.object({}),
      lane: 'long',
      async run({ all }) {
        const words = await all('words', [1, 2], async (n, _, piece) => {
          if (n === 2) await piece.approve('send')
          return word
        }, { concurrency: 1 })
        return words.join(' then ')
      },
    }),
  },
})
`
const word = (text: string) => `export const word = '${text}'\n`

async function aDesk(kind: StoreKind, settings = '', more = '') {
  const place = await aPlace(kind, { redeliveries: 0 })
  if (place === undefined) return undefined
  const { simulator, dataDir } = place
  const folder = join(dataDir, 'scenes', 'public')
  const config = join(dataDir, 'huitou.yaml')
  await mkdir(join(folder, 'words'), { recursive: true })
  await writeFile(config, settings)
  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  await write('letter.ts', scene('draft', more))
  await write('words/word.ts', word('one'))
  const start = () => place.start({ env: { SCENE_DIRS: join(dataDir, 'scenes'), HUITOU_CONFIG: config } })
  const taskOf = async (huitou: Huitou, id: string) =>
    // The API answers in its own shapes.
    (await (await huitou.api(`/api/tasks/${id}`)).json()) as TaskDetail

  return {
    simulator,
    folder,
    write,
    start,
    taskOf,
    /** A task of this command that waits for its approval. */
    async waiting(huitou: Huitou, command = 'letter write') {
      const before = simulator.inbox.length
      const { msgId } = await simulator.say('zhangsan', command)
      await until(
        () => simulator.inbox.slice(before).some(({ text }) => text.includes('需要审批')),
        60_000,
        'its question',
      )
      const question = simulator.inbox.slice(before).find(({ text }) => text.includes('需要审批'))?.text ?? ''
      const asking = /#(\d+)/.exec(question)?.[1] ?? ''
      const isWaiting = async () => ((await taskOf(huitou, asking)).waits ?? []).length === 1
      await until(isWaiting, 10_000, 'it waits')
      return { id: `wecom-${msgId}`, asking }
    },
    /** Changes a file under a running process, which has taken it up when this resolves. */
    async change(huitou: Huitou, doing: () => Promise<unknown>) {
      const loads = () => huitou.log.filter(({ msg }) => msg === 'scenes loaded').length
      const before = loads()
      await doing()
      await until(() => loads() > before, 30_000, 'the changed scenes')
    },
  }
}

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a task that waits finishes on the files it began with, through a reload, a restart and a removed scene', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const desk = await aDesk(kind)
    if (desk === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, folder, write } = desk
    const first = await desk.start()
    const one = await desk.waiting(first)
    const many = await desk.waiting(first, 'letter many')
    await desk.change(first, () => write('words/word.ts', word('two')))
    const two = await desk.waiting(first)
    await first.stop()
    await write('words/word.ts', word('three'))

    const second = await desk.start()
    await simulator.say('zhangsan', `approve ${one.asking}`)
    await simulator.waitFor(({ text }) => text === 'begun with one, ended with one', 30_000)
    await simulator.say('zhangsan', `approve ${many.asking}`)
    await simulator.waitFor(({ text }) => text === 'one then one', 30_000)
    const three = await desk.waiting(second)
    await desk.change(second, () => rm(join(folder, 'letter.ts')))
    for (const { asking } of [two, three]) await simulator.say('zhangsan', `approve ${asking}`)
    await simulator.waitFor(({ text }) => text === 'begun with two, ended with two', 30_000)
    await simulator.waitFor(({ text }) => text === 'begun with three, ended with three', 30_000)
    const { timeline } = await desk.taskOf(second, one.id)
    const told = timeline.filter(({ kind: event }) => event === 'log').map(({ text }) => text)
    expect(told).toEqual([
      expect.stringMatching(/^its scene has changed from version \w+ to \w+; it finishes on the former$/),
    ])
  })

  test('where so set it stops and says why, and a retry goes on with the new files', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const desk = await aDesk(kind, 'tasks: { onSceneChange: stop }\n')
    if (desk === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, write } = desk
    const first = await desk.start()
    const { id, asking } = await desk.waiting(first)
    await first.stop()
    await write('words/word.ts', word('two'))

    const second = await desk.start()
    await simulator.say('zhangsan', `approve ${asking}`)
    await simulator.waitFor(
      ({ text }) => text.startsWith(`#${asking} 已停止：它开始之后，命令 letter write 改过了。`),
      30_000,
    )
    await until(async () => (await desk.taskOf(second, id)).state === 'failed', 10_000, 'its end is written down')
    expect((await desk.taskOf(second, id)).why).toMatch(
      /^its scene has changed from version \w+ to \w+; it stops, as is set$/,
    )
    await simulator.say('zhangsan', `retry ${asking}`)
    await simulator.waitFor(({ text }) => text === 'begun with one, ended with two', 30_000)
  })

  test('a scene that goes on with its new files is told which kept steps they never ask for', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const desk = await aDesk(kind, '', "onChange: 'continue',")
    if (desk === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, write } = desk
    const huitou = await desk.start()
    const { id, asking } = await desk.waiting(huitou)
    await desk.change(huitou, () => write('letter.ts', scene('sketch', "onChange: 'continue',")))
    await simulator.say('zhangsan', `approve ${asking}`)
    await simulator.waitFor(({ text }) => text === 'begun with one, ended with one', 30_000)
    const told = async () =>
      (await desk.taskOf(huitou, id)).timeline.flatMap(({ kind: event, text }) => (event === 'log' ? [text] : []))
    await until(async () => (await told()).length === 2, 10_000, 'what is told')
    expect(await told()).toEqual([
      expect.stringMatching(/it goes on with the new one$/),
      'kept steps that were not asked for any more: "draft"; its scene was changed between its attempts',
    ])
  })
})
