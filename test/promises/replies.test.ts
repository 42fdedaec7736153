import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type OnebotSimulator, startOnebotSimulator } from '../../src/simulators/onebot/index.ts'
import { type Huitou, scratchDir } from '../fakes/huitou.ts'
import { allRuns, overviewOf } from './books.ts'
import { aPlace } from './place.ts'
import { until } from './work.ts'

const GROUP = '20001'
const token = 'a-token-for-tests'
const apiKey = 'api-key-0123456789'
const secret = 'a-secret-greeting-0123456789'
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

interface World {
  huitou: Huitou
  simulator: OnebotSimulator
  folder: string
  /** How often the picture API was asked. */
  asked(): number
}

async function aWorld(words: string): Promise<World> {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  const folder = join(dir, 'replies')
  await mkdir(join(folder, '狗'), { recursive: true })
  await mkdir(join(dir, 'public'))
  await writeFile(join(folder, '猫.png'), png)
  await writeFile(join(folder, '狗', '1.txt'), '汪汪')
  await writeFile(join(dir, 'public', 'greet.ts'), greet)
  const api = await aPictureApi()
  const place = await aPlace('embedded', { apart: true })
  if (place === undefined) throw new Error('the embedded store needs nothing')
  const huitou = await place.start({
    env: {
      HUITOU_CONFIG: 'test/promises/replies.yaml',
      ONEBOT_ACCESS_TOKEN: token,
      REPLIES_FOLDER: folder,
      PICTURE_URL: `${api.url}/random?key=${apiKey}&of={what}`,
      GREET_WORDS: words,
      SCENE_DIRS: `${join(dir, 'public')},src/scenes`,
    },
  })
  const simulator = await startOnebotSimulator({ accessToken: token, reverseUrl: `${huitou.url}/in/onebot` })
  onTestFinished(() => simulator.close())
  await simulator.connected()
  return { huitou, simulator, folder, asked: api.asked }
}

const greet = `import { defineCommand, defineScene, z } from '#scene'
const summary = { zh: '问候', en: 'Greetings' }
const settings = z.object({ words: z.string().max(5) })
export default defineScene({ name: 'greet', summary, settings, commands: {
  say: defineCommand({ summary, settings, args: z.object({}), run: ({ settings }) => settings.words }),
} })
`

async function aPictureApi() {
  let asked = 0
  const server = createServer((request, response) => {
    if (request.url === '/cat.png') return void response.end(png)
    asked += 1
    const isRight = request.url === `/random?key=${apiKey}&of=${encodeURIComponent('猫')}`
    response.writeHead(isRight ? 200 : 403).end(JSON.stringify({ data: [{ url: '/cat.png' }] }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a TCP port has an address with one.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }
}

const imageIn = (simulator: OnebotSimulator, after: number) =>
  simulator.inbox.slice(after).flatMap(({ segments }) => segments.filter(({ type }) => type === 'image'))[0]?.data.file

test('a keyword in a group gets its picture, and a changed folder counts at once', async () => {
  const { huitou, simulator, folder } = await aWorld('hello')
  simulator.sayInGroup(GROUP, '10001', '今天天气不错')
  simulator.sayInGroup(GROUP, '10001', ' 猫 ')
  await until(() => simulator.inbox.length > 0, 20_000, 'the picture')
  expect(imageIn(simulator, 0)).toBe(`base64://${png.toString('base64')}`)
  expect(simulator.inbox[0]?.chat).toEqual({ group: GROUP })

  // Again at once is too soon; it is no silence but stands in the task.
  simulator.sayInGroup(GROUP, '10002', '猫')
  simulator.sayInGroup(GROUP, '10002', '狗')
  await simulator.waitFor(({ text }) => text === '汪汪', 20_000)
  const loads = () => huitou.log.filter(({ msg }) => msg === 'scenes loaded').length
  // One after the other: taken up together or not, both are known after the second.
  for (const change of [
    () => writeFile(join(folder, '早安.txt'), '早上好！'),
    () => rm(join(folder, '狗'), { recursive: true }),
  ]) {
    const before = loads()
    await change()
    await until(() => loads() > before, 20_000, 'the keywords are read again')
  }
  simulator.sayInGroup(GROUP, '10003', '狗')
  simulator.sayInGroup(GROUP, '10003', '早安')
  await simulator.waitFor(({ text }) => text === '早上好！', 20_000)

  expect(simulator.inbox).toHaveLength(3)
  const runs = (await allRuns(huitou)).map(({ text, state }) => [text, state])
  // What was said to nobody is no task.
  expect(runs.toReversed()).toEqual([
    ['猫', 'done'],
    ['猫', 'ignored'],
    ['狗', 'done'],
    ['早安', 'done'],
  ])
}, 120_000)

test('a random picture comes from the API, which is spared', async () => {
  const { simulator, asked } = await aWorld('hello')
  simulator.sayInGroup(GROUP, '10001', '/来张图 猫')
  await until(() => simulator.inbox.length > 0, 20_000, 'the picture')
  expect(imageIn(simulator, 0)).toBe(`base64://${png.toString('base64')}`)
  simulator.sayInGroup(GROUP, '10002', '/picture 猫')
  await simulator.waitFor(({ text }) => text.includes('慢一点'), 20_000)
  expect(asked()).toBe(1)
}, 120_000)

test('a wrong setting breaks its scene alone, and its value is nowhere', async () => {
  const { huitou, simulator } = await aWorld(secret)
  const { sceneFaults } = await overviewOf(huitou)
  expect(sceneFaults).toMatchObject([
    { file: expect.stringContaining('greet.ts'), message: expect.stringContaining('scenes.greet.words: ') },
  ])
  simulator.sayInGroup(GROUP, '10001', '猫')
  await until(() => simulator.inbox.length > 0, 20_000, 'another scene goes on')
  simulator.sayInGroup(GROUP, '10001', '/来张图 狗')
  await simulator.waitFor(({ text }) => text.includes('图片接口没有给出图片'), 20_000)

  const [latest] = await allRuns(huitou)
  const seen = await Promise.all(
    ['/api/overview', '/api/scenes', '/api/openapi.json', `/api/tasks/${latest?.id}`].map(async (path) =>
      (await huitou.api(path)).text(),
    ),
  )
  for (const text of [...seen, JSON.stringify(huitou.log), huitou.errors()]) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(apiKey)
  }
  expect(seen.join()).toContain('answered 403')
}, 120_000)
