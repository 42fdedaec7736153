import { describe, expect, onTestFinished, test } from 'vitest'
import { openLog } from '../../../../../src/app/machine/log.ts'
import { type McpServerConfig, openMcpServer } from '../../../../../src/engine/llm/tools/mcp/server.ts'
import { isAlive } from '../../../../fakes/is-alive.ts'
import { startMcpHttp } from '../../../../fakes/mcp-http.ts'

const TOKEN = 'a-token-of-the-web'
const stdio = async (): Promise<McpServerConfig> => ({
  command: process.execPath,
  args: ['test/fakes/mcp-stdio.ts'],
  env: {},
  timeoutMs: 20_000,
})
const http = (stream: boolean) => async (): Promise<McpServerConfig> => {
  const { url, close } = await startMcpHttp(TOKEN, { stream })
  onTestFinished(close)
  return { url, headers: { authorization: `Bearer ${TOKEN}` }, timeoutMs: 20_000 }
}

describe.each([
  { way: 'a program', config: stdio },
  { way: 'an address that answers whole', config: http(false) },
  { way: 'an address that answers with events', config: http(true) },
])('an MCP server as $way', ({ config }) => {
  test('answers until it sends more at once than may come, and then again after a pause', {
    timeout: 60_000,
  }, async () => {
    const server = openMcpServer('fake', await config(), { env: {}, log: openLog('silent') })
    onTestFinished(() => server.close())
    const call = (tool: string, given = {}) => server.call(tool, given, AbortSignal.timeout(20_000))
    const added = { content: [{ type: 'text', text: '3' }] }
    expect(await call('add', { a: 1, b: 2 })).toEqual(added)
    await expect(call('flood')).rejects.toMatchObject({ name: 'McpCallError', kind: 'away' })
    expect(server.away()).toMatch(/more than 16 MB|closed the connection/)
    await expect.poll(() => call('add', { a: 1, b: 2 }).catch(() => 'away'), { timeout: 20_000 }).toEqual(added)
    expect(server.away()).toBeUndefined()
  })
})

const program = (code: string): McpServerConfig => ({
  command: process.execPath,
  args: ['--eval', code],
  env: {},
  timeoutMs: 20_000,
})

test('a server that is still starting is closed at once, and its program ends', async () => {
  const { log, said } = listening('pid')
  // It never says a word of the protocol; its pid goes out on stderr.
  const server = openMcpServer('dumb', program('console.error("pid", process.pid); process.stdin.resume()'), {
    env: {},
    log,
  })
  const tools = server.tools(60_000)
  const pid = Number((await said).split(' ')[1])
  expect(isAlive(pid)).toBe(true)
  await server.close()
  expect(await tools).toBeUndefined()
  await expect.poll(() => isAlive(pid)).toBe(false)
  await expect(server.call('add', {}, AbortSignal.timeout(20_000))).rejects.toMatchObject({ kind: 'away' })
})

test('a program has the certificates of our environment, and nothing that could be a secret', async () => {
  const { log, said } = listening('SSL')
  const code = 'console.error(Object.keys(process.env).sort().join()); process.stdin.resume()'
  const env = { SSL_CERT_FILE: '/etc/company.pem', NODE_EXTRA_CA_CERTS: '/etc/company.pem', OPENAI_API_KEY: 'x' }
  const server = openMcpServer('told', program(code), { env, log })
  onTestFinished(() => server.close())
  void server.tools(60_000)
  const names = (await said).split(',')
  expect(names).toEqual(expect.arrayContaining(['SSL_CERT_FILE', 'PATH']))
  expect(names).not.toContain('OPENAI_API_KEY')
})

/** A log that tells what a server printed, once it holds a word. */
function listening(word: string) {
  const { promise: said, resolve } = Promise.withResolvers<string>()
  const nothing = (): void => undefined
  const debug = (fields: object): void => {
    if ('printed' in fields && `${fields.printed}`.includes(word)) resolve(`${fields.printed}`)
  }
  return { said, log: { debug, info: nothing, warn: nothing, error: nothing } }
}
