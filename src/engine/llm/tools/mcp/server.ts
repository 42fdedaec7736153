import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  type CallToolResult,
  CallToolResultSchema,
  ErrorCode,
  McpError,
  type Tool,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { harmlessEnvironment } from '../../../../core/harmless-environment.ts'
import type { Log } from '../../../../core/log.ts'
import { whyOf } from '../../../../core/text/why.ts'
import { boundedFetch } from './bounded-fetch.ts'

/** Where an MCP server is: a program that is started, or an address. */
export type McpServerConfig = { timeoutMs: number } & (
  | { command: string; args: readonly string[]; env: Readonly<Record<string, string>>; cwd?: string }
  | { url: string; headers: Readonly<Record<string, string>> }
)

/** Nothing came of a call; the message is for operators. */
export class McpCallError extends Error {
  override readonly name = 'McpCallError'
  /** `said`: the server itself said no, and its words are in `message`. */
  readonly kind: 'away' | 'too-slow' | 'said'
  constructor(kind: McpCallError['kind'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** One server: started when somebody first wants it, kept, and started again after a pause when it went away. */
export interface McpServer {
  /** What it offers; undefined when it is away, or not there within `patienceMs` (it goes on starting). */
  tools(patienceMs: number): Promise<readonly Tool[] | undefined>
  /** Throws McpCallError, or the signal's reason. */
  call(tool: string, given: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<CallToolResult>
  /** Why it is away, when it is. */
  away(): string | undefined
  close(): Promise<void>
}

/** A program may have to be fetched first. */
const START_MS = 60_000
/** A list older than this is asked for again, which also shows whether the server is still there. */
const FRESH_MS = 60_000
const LIST_MS = 10_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** What may come at once, at most; more cuts the connection. */
const MOST_BYTES = 16 * 1024 * 1024
const MOST_TOOLS = 200
const DOCTOR_MS = 30_000

interface Connection {
  client: Client
  tools: readonly Tool[]
  listedAt: number
}

export interface McpServerPorts {
  /** Our environment; a program gets the harmless part of it. */
  env: Readonly<Record<string, string | undefined>>
  log: Log
}

export function openMcpServer(name: string, config: McpServerConfig, { env, log }: McpServerPorts): McpServer {
  const stopping = new AbortController()
  /** Of the connection that is made, or being made. */
  let transport: Transport | undefined
  let connection: Promise<Connection> | undefined
  let fault: { why: string; until: number; inARow: number } | undefined
  const told = (error: unknown): string => withoutSecrets(whyOf(error), config).slice(0, 300)

  function lose(lost: Promise<Connection>, error: unknown): void {
    if (connection !== lost || stopping.signal.aborted) return
    connection = undefined
    const inARow = (fault?.inARow ?? 0) + 1
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (inARow - 1))
    fault = { why: told(error), until: Date.now() + pauseMs, inARow }
    log.warn({ server: name, why: fault.why, pauseMs }, 'an MCP server is away: its tools are not offered')
    lost
      .then(
        ({ client }) => client.close(),
        () => undefined,
      )
      .catch(() => undefined)
  }

  /** The connection, made when there is none; throws while the pause after a fault goes on. */
  function connect(): Promise<Connection> {
    if (stopping.signal.aborted) return Promise.reject(new McpCallError('away', `${name}: the process is stopping`))
    if (connection !== undefined) return connection
    if (fault !== undefined && Date.now() < fault.until) return Promise.reject(new McpCallError('away', fault.why))
    const made: Promise<Connection> = open((error) => lose(made, error))
    connection = made
    made.catch((error: unknown) => lose(made, error))
    return made
  }

  async function open(lost: (error: Error) => void): Promise<Connection> {
    const client = new Client({ name: 'huitou', version: '1.0.0' })
    try {
      transport = transportOf(config, { env, log }, name, lost)
      await client.connect(transport, { timeout: START_MS, signal: stopping.signal })
      const opened: Connection = { client, tools: await listOf(client, stopping.signal), listedAt: Date.now() }
      client.onclose = () => lost(new Error('it closed the connection'))
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        opened.listedAt = 0
      })
      log.info({ server: name, tools: opened.tools.length }, 'an MCP server is connected')
      return opened
    } catch (error) {
      await client.close().catch(() => undefined)
      throw error
    }
  }

  async function freshTools(): Promise<readonly Tool[]> {
    const mine = connect()
    const opened = await mine
    if (Date.now() - opened.listedAt < FRESH_MS) return opened.tools
    try {
      opened.tools = await listOf(opened.client, stopping.signal)
      opened.listedAt = Date.now()
      fault = undefined
      return opened.tools
    } catch (error) {
      lose(mine, error)
      throw error
    }
  }

  return {
    async tools(patienceMs) {
      const listing = freshTools().catch(() => undefined)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, patienceMs, undefined)
      })
      return Promise.race([listing, late]).finally(() => clearTimeout(timer))
    },

    async call(tool, given, signal) {
      const mine = connect()
      const { client } = await mine.catch((error: unknown) => {
        throw new McpCallError('away', `${name}: ${told(error)}`)
      })
      try {
        const params = { name: tool, arguments: { ...given } }
        const answer = await client.callTool(params, CallToolResultSchema, { signal, timeout: config.timeoutMs })
        // The schema that was asked for is that of this kind of answer.
        return answer as CallToolResult
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof McpError && error.code === ErrorCode.RequestTimeout)
          throw new McpCallError('too-slow', `${name}: ${tool} took longer than ${config.timeoutMs} ms`)
        if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed)
          throw new McpCallError('said', told(error))
        lose(mine, error)
        throw new McpCallError('away', `${name}: ${told(error)}`)
      }
    },

    away: () => (connection === undefined ? fault?.why : undefined),

    async close() {
      // Whoever waits for it to start, or for its list, waits no longer.
      stopping.abort(new McpCallError('away', `${name}: the process is stopping`))
      // The transport, and not the client: one that is starting has no client yet that could be closed.
      await transport?.close().catch(() => undefined)
    },
  }
}

/** What is wrong with a server; undefined when it comes up and offers tools. For `doctor`. */
export async function mcpProblem(
  name: string,
  config: McpServerConfig,
  env: McpServerPorts['env'],
): Promise<string | undefined> {
  const quiet = () => undefined
  const server = openMcpServer(name, config, { env, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } })
  try {
    const tools = await server.tools(DOCTOR_MS)
    if (tools !== undefined) return tools.length > 0 ? undefined : 'it is there, but offers no tools'
    return `${server.away() ?? `it did not come up within ${DOCTOR_MS / 1_000} s`}: look at its command or address, and what it needs to start`
  } finally {
    await server.close()
  }
}

function transportOf(
  config: McpServerConfig,
  { env: ours, log }: McpServerPorts,
  server: string,
  lost: (error: Error) => void,
): Transport {
  if ('url' in config) {
    // Headers may be secrets: they are not carried on to wherever a redirect leads.
    const requestInit: RequestInit = { headers: { ...config.headers }, redirect: 'error' }
    return new StreamableHTTPClientTransport(new URL(config.url), {
      requestInit,
      fetch: boundedFetch(MOST_BYTES, lost),
    })
  }
  const { command, args, env, cwd } = config
  // Of our environment a program gets what we and the SDK hold harmless (PATH, HOME and the like), and what is set
  // for it.
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...harmlessEnvironment(ours), ...env },
    cwd,
    stderr: 'pipe',
    maxBufferSize: MOST_BYTES,
  })
  transport.stderr?.on('data', (chunk: Buffer) => {
    const printed = withoutSecrets(chunk.toString().trimEnd(), config).slice(0, 500)
    log.debug({ server, printed }, 'an MCP server printed')
  })
  return transport
}

async function listOf(client: Client, signal: AbortSignal): Promise<Tool[]> {
  const tools: Tool[] = []
  let cursor: string | undefined
  do {
    const page = await client.listTools({ cursor }, { timeout: LIST_MS, signal })
    tools.push(...page.tools)
    cursor = page.nextCursor
  } while (cursor !== undefined && tools.length < MOST_TOOLS)
  return tools.slice(0, MOST_TOOLS)
}

/** What a server or a library says may repeat what it was sent. */
function withoutSecrets(text: string, config: McpServerConfig): string {
  const secrets = 'url' in config ? [config.url, ...Object.values(config.headers)] : Object.values(config.env)
  return secrets.filter((secret) => secret.length >= 6).reduce((told, secret) => told.replaceAll(secret, '…'), text)
}
