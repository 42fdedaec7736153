import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Segment } from '../../src/simulators/onebot/index.ts'
import type { SaidMessage } from '../../src/simulators/openai/index.ts'
import { allRuns } from './books.ts'
import { aRoom, json, lastOf } from './tool-room.ts'
import { until } from './work.ts'

test('whatever goes wrong with a tool is told to the model in words', { timeout: 120_000 }, async () => {
  const room = await aRoom('embedded')
  if (room === undefined) return expect.fail('the embedded store is always there')
  const { ask, huitou } = room
  expect(await ask('lab__fail {}')).toMatch(/^#\d+ 失败了。\n#\d+ 出错了（试了 1 次）/)
  expect(await ask('lab__no {}')).toMatch(/^#\d+ 没有执行。\nnot today$/)
  expect(await ask('lab__slow {}')).toMatch(/^#\d+ 失败了。\n#\d+ 超过了 0.3 秒的时限/)
  expect(await ask('lab__mark {"path":"x"}')).toMatch(/^#\d+ 没有执行。\n参数 word 不对/)
  expect(await ask('lab__mark BROKEN')).toBe('参数不是一个 JSON 对象，工具没有运行。')
  expect(await ask('lab__nothing {}')).toBe('没有名为 lab__nothing 的工具。')
  expect(await ask('lab__plain {}')).toBe('没有名为 lab__plain 的工具。')
  expect(await ask('vault__open {}')).toBe('没有名为 vault__open 的工具。')
  expect(await ask('again demo__dice {}')).toContain('一直在使用工具')
  expect((await lastOf(huitou, 'chat ask')).timeline.filter(({ kind }) => kind === 'tool')).toHaveLength(3)
  expect(await ask('tools?')).not.toContain('vault')
})

test('pictures and files of a tool go to the chat once, with the answer', { timeout: 120_000 }, async () => {
  const room = await aRoom('embedded')
  if (room === undefined) return expect.fail('the embedded store is always there')
  const { ask, qq } = room
  expect(await ask('lab__draw {}')).toBe('drawing\n（这些会随你的回答一起发给提问的人：image dot.png、file dots.csv）')
  const sends = () => qq.calls.filter(({ action }) => /^(?:send|upload)_/.test(action)).map(({ action }) => action)
  await until(
    () => sends().length === 3,
    10_000,
    () => json(sends()),
  )
  expect(sends()).toEqual(['send_private_msg', 'send_private_msg', 'upload_private_file'])
  expect(qq.inbox[1]?.segments.map(({ type }) => type)).toContain('image')
})

test('a cancel and a time-out of the question end what it called', { timeout: 120_000 }, async () => {
  const room = await aRoom('embedded')
  if (room === undefined) return expect.fail('the embedded store is always there')
  const { huitou, qq, marks, words } = room
  qq.sayInPrivate('10001', `#lab__mark ${json({ path: marks, word: 'one', ms: 60_000 })}`)
  await until(() => words().length === 1, 15_000, 'it runs')
  const { number } = await lastOf(huitou, 'chat ask')
  qq.sayInPrivate('10001', `cancel ${number}`)
  await until(async () => (await lastOf(huitou, 'lab mark')).state === 'cancelled', 5_000, 'the called one ends')

  qq.sayInPrivate('10001', `lab hurry lab__mark ${json({ path: marks, word: 'two', ms: 60_000 })}`)
  await qq.waitFor(({ text }) => text.includes('超过了 2 秒的时限'), 20_000)
  await until(
    async () => (await allRuns(huitou)).filter(({ state }) => state === 'cancelled').length === 3,
    5_000,
    'the second called one ends',
  )
  expect(words()).toEqual(['one', 'two'])
})

test('a picture that comes with a question is seen, also a quoted one, and is remembered in words', {
  timeout: 120_000,
}, async () => {
  const room = await aRoom('embedded')
  if (room === undefined) return expect.fail('the embedded store is always there')
  const { model, qq } = room
  const png = readFileSync('docs/images/console.png')
  const pictures = createServer((req, res) => {
    if (req.url === '/dot.png') res.setHeader('content-type', 'image/png').end(png)
    else if (req.url === '/big.png') res.end(Buffer.concat([png, Buffer.alloc(6 * 1024 * 1024)]))
    else res.setHeader('content-type', 'image/png').end('<html>no picture</html>')
  })
  pictures.listen(0, '127.0.0.1')
  await once(pictures, 'listening')
  onTestFinished(() => void pictures.close())
  const { port } = pictures.address() as AddressInfo // a listening TCP server has one
  const image = (name: string) => ({ type: 'image', data: { file: name, url: `http://127.0.0.1:${port}/${name}` } })
  const text = (said: string) => ({ type: 'text', data: { text: said } })
  const askInGroup = async (content: Segment[], options = {}): Promise<SaidMessage> => {
    const before = qq.inbox.length
    qq.sayInGroup('20001', '10001', content, options)
    await until(() => qq.inbox.length > before, 20_000, 'an answer')
    return model.requests.at(-1)?.messages.at(-1) ?? expect.fail('nobody was asked')
  }
  const url = `data:image/png;base64,${png.toString('base64')}`
  const own = await askInGroup([text('#what is this'), image('dot.png')])
  expect(own).toEqual({ role: 'user', content: '[图片]\nwhat is this', images: [url] })

  const id = qq.sayInGroup('20001', '10002', [image('dot.png')])
  await until(async () => qq.inbox.length > 1, 10_000, 'a bare picture is answered too')
  const quoted = await askInGroup([text('#and this')], { repliesTo: id })
  expect(quoted.images).toEqual([url])
  expect(model.requests.at(-1)?.messages.map(({ content }) => content)).toEqual([
    '[图片]\nwhat is this',
    '[图片]\nwhat is this',
    '[图片]\nand this',
  ])

  const bad = await askInGroup([text('#these'), image('big.png'), image('odd.png'), image('dot.png')])
  expect(bad.images).toEqual([url])
  expect(bad.content).toContain('第 1 张图片没能读取')
  expect(bad.content).toContain('第 2 张图片没能读取')
})
