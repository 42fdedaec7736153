import { z } from 'zod'
import { count, SECOND_MS, text } from '../src/core/settings/pieces.ts'

const timeoutMs = count(SECOND_MS, 3600 * SECOND_MS)
  .default(60 * SECOND_MS)
  .describe('How long one call may take.')

const program = z.strictObject({
  command: text.describe('A program that speaks MCP over its standard input and output.'),
  args: z.array(z.string()).default([]),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe('What it finds in its environment beside PATH and the like.'),
  cwd: text.optional().describe('Where it is started.'),
  timeoutMs,
})

const address = z.strictObject({
  url: text
    .refine(
      (value) => ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? ''),
      'must be an http or https URL such as https://mcp.example.com/mcp',
    )
    .describe('A server that speaks MCP over streamable HTTP.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Sent with every request, for keys.'),
  timeoutMs,
})

/** By name. A server is a program (`command`) or an address (`url`). */
export const mcpSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a server is named with a-z, 0-9 and -, and starts with a letter'),
    z.union([program, address], 'needs either command (with args and env) or url (with headers)'),
  )
  .default({})
