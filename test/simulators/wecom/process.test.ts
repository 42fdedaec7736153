import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { startApp } from './app.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const MAIN = fileURLToPath(new URL('../../../src/simulators/wecom/main.ts', import.meta.url))

async function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  open.push(() => {
    child.kill('SIGTERM')
    return exited
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { url, credentials } = JSON.parse(line)
  const post = (path: string, body: unknown) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return {
    url,
    credentials,
    exited,
    child,
    post: async (path: string, body: unknown) => (await post(path, body)).json(),
    status: async (path: string, body: unknown) => (await post(path, body)).status,
    get: async (path: string) => (await fetch(url + path)).json(),
  }
}

async function startWithApp(...args: string[]) {
  const simulator = await start(...args)
  const app = await startApp(simulator.credentials)
  open.push(app.close)
  return { ...simulator, app }
}

test('a conversation is led over HTTP', async () => {
  const { app, post, get } = await startWithApp('--redeliver-after-ms', '1', '--member', 'lisi=李四')
  app.behaves((received, response) => response.end(received.body))
  expect(await post('/simulator/callback-url', { url: app.url })).toMatchObject({ ok: true })

  const feeding = get('/simulator/feed?after=0&waitMs=20000')
  app.behaves((_received, response) => response.end(app.reply({ ToUserName: 'lisi', MsgType: 'text', Content: '好' })))
  expect(await post('/simulator/say', { from: 'lisi', text: 'demo echo', id: 'one' })).toMatchObject({ status: 200 })
  expect(await feeding).toMatchObject({
    lines: [{ seq: 1, kind: 'person', member: 'lisi', text: 'demo echo', msgtype: 'text', via: 'callback' }],
  })
  expect(await get('/simulator/feed?after=1')).toMatchObject({
    lines: [{ seq: 2, kind: 'bot', member: 'lisi', text: '好', via: 'passive' }],
  })
  expect(await get('/simulator/feed?after=2&waitMs=10')).toEqual({ lines: [] })

  await post('/simulator/say', { from: 'lisi', text: 'demo echo', id: 'one' })
  expect(app.received).toHaveLength(1)
  const { mediaId } = await post('/simulator/media', { type: 'file', name: 'a.txt', base64: 'MDEyMzQ1Njc4OQ==' })
  await post('/simulator/callback', { kind: 'file', from: 'lisi', fields: { MediaId: mediaId } })
  expect(app.received[1]?.fields).toMatchObject({ MsgType: 'file', MediaId: mediaId })
  expect(await get('/simulator/members')).toEqual({ members: [{ userid: 'lisi', name: '李四' }] })
})

test('misbehaviour and calls are there too', async () => {
  const { post, get, credentials } = await start()
  const gettoken = `/cgi-bin/gettoken?corpid=${credentials.corpId}&corpsecret=${credentials.secret}`
  await post('/simulator/misbehave', { path: '/cgi-bin/gettoken', answer: -1 })
  expect(await get(gettoken)).toMatchObject({ errcode: -1 })
  await post('/simulator/behave', {})
  expect(await get(gettoken)).toMatchObject({ errcode: 0 })
  expect(await get('/simulator/calls')).toEqual({ calls: { '/cgi-bin/gettoken': { '-1': 1, 0: 1 } }, quotaOverruns: 0 })
})

test('what is not allowed is said', async () => {
  const { url, status } = await start('--port', '0')
  expect(await status('/simulator/say', { from: 'lisi' })).toBe(400)
  expect(await status('/simulator/say', { from: 'lisi', text: 'x' })).toBe(409)
  expect(await status('/simulator/callback-url', { url: 'http://example.com/' })).toBe(409)
  expect(await status('/simulator/none', {})).toBe(404)
  const plain = await fetch(`${url}/simulator/say`, { method: 'POST', body: '{"from":"lisi","text":"x"}' })
  expect(plain.status).toBe(415)
})

test('given credentials are used, and SIGTERM ends it', async () => {
  const { credentials, child, exited } = await start(
    '--corp-id',
    'ww7c1f09e2b45d8a63',
    '--agent-id',
    '7',
    '--secret',
    's',
    '--seed',
    '1',
  )
  expect(credentials).toMatchObject({ corpId: 'ww7c1f09e2b45d8a63', agentId: 7, secret: 's' })
  child.kill('SIGTERM')
  expect((await exited)[0]).toBe(0)
})
