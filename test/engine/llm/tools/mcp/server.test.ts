import { describe, expect, onTestFinished, test } from 'vitest'
import { openLog } from '../../../../../src/app/machine/log.ts'
import { type McpServerConfig, openMcpServer } from '../../../../../src/engine/llm/tools/mcp/server.ts'
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
    const server = openMcpServer('fake', await config(), openLog('silent'))
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
