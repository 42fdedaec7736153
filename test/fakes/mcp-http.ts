import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { aMcpServer } from './mcp-server.ts'

/** An MCP server at an address, which keeps no sessions and wants a token. `stream`: it answers with events. */
export async function startMcpHttp(
  token: string,
  { stream = false } = {},
): Promise<{ url: string; port: number; close(): Promise<void> }> {
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.headers.authorization !== `Bearer ${token}`) return void res.writeHead(401).end('who are you')
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: !stream })
    res.on('close', () => void transport.close())
    await aMcpServer('by http').connect(transport)
    await transport.handleRequest(req, res)
  }

  const server = createServer((req, res) => {
    answer(req, res).catch(() => res.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${taken}/mcp`,
    port: taken,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
