import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { sessionSchema } from '../../src/dashboard/api/shapes.ts'
import { aVisitor } from '../dashboard/visitor.ts'
import { copyEmbeddedFolder } from '../fakes/embedded-folder.ts'
import { compileCache, quickStart, scratchDir } from '../fakes/huitou.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const password = 'a password for tests'

/** `npm run demo`; resolves to what it printed, when it is ready. */
async function startDemo(): Promise<string> {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  await copyEmbeddedFolder(join(dir, 'store'))
  const child = spawn(process.execPath, [...quickStart, 'src/cli/main.ts', 'demo'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // A real account in the environment is left alone.
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: compileCache,
      PORT: '0',
      HUITOU_CONFIG: '',
      DATA_DIR: dir,
      ADMIN_PASSWORD: password,
      ONEBOT_WS_URL: 'ws://127.0.0.1:9',
    },
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    expect((await exited)[0]).toBe(0)
  })
  let printed = ''
  for await (const line of createInterface(child.stdout)) {
    printed += `${line}\n`
    if (line.includes('an implementation is connected')) break
  }
  child.stdout.resume()
  return printed
}

test('without any account one is a member of a QQ group, asks, and sees the answer come later', {
  timeout: 120_000,
}, async () => {
  const printed = await startDemo()
  expect(printed).toContain('都是模拟的')
  expect(printed).toContain('simulated; no real account is used')
  const page = new URL(/http\S+chat=g20001/.exec(printed)?.[0] ?? expect.fail('no address was printed'))
  const { origin: url } = page
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ password }),
  })
  expect(sessionSchema.parse(await response.json()).signedIn).toBe(true)
  const visitor = await aVisitor(
    { url },
    { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', origin: url },
  )
  onTestFinished(() => visitor.close())

  const [channel, chat] = [page.searchParams.get('channel') ?? '', page.searchParams.get('chat') ?? '']
  visitor.say({ kind: 'open', channel, chat, after: 0 })
  const parts = [{ kind: 'text', text: '#介绍一下北京' }]
  visitor.say({ kind: 'say', id: 'asked-in-the-demo', channel, chat, person: '10002', parts })
  const said = await visitor.until((frame) => (frame.kind === 'bubble' ? frame.bubble : undefined))
  const fromBot = (words: string) =>
    visitor.until((frame) =>
      frame.kind === 'bubble' &&
      frame.bubble.from.kind === 'bot' &&
      frame.bubble.parts.some((part) => part.kind === 'text' && part.text.includes(words))
        ? frame.bubble
        : undefined,
    )
  const notice = await fromBot('正在回答')
  const answer = await fromBot('你问的是：“介绍一下北京”')
  expect(answer.parts[0]).toEqual({ kind: 'quote', messageId: said.messageId, text: '李四: #介绍一下北京' })
  expect(answer.seq).toBeGreaterThan(notice.seq)
  expect(answer.at - said.at).toBeGreaterThan(3_000)
})
