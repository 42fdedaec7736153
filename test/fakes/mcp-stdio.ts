import process from 'node:process'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { aMcpServer } from './mcp-server.ts'

/* An MCP server as a program. */
await aMcpServer(process.env.FAKE_WORD ?? 'none').connect(new StdioServerTransport())
