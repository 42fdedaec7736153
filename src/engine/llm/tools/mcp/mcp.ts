import type { Log } from '../../../../core/log.ts'
import { retryWhileUnavailable } from '../../../../core/retry-while-unavailable.ts'
import type { Run } from '../../../../core/task/run.ts'
import { inLang, type Lang } from '../../../../core/text/lang.ts'
import type { Files } from '../../../../store/store.ts'
import { type Access, MCP_SCENE } from '../../../people/access.ts'
import { toolName } from '../names.ts'
import { toolSentences } from '../sentences.ts'
import type { Tool, ToolResult, ToolSource, ToolUse } from '../toolbox.ts'
import { readResult } from './result.ts'
import { McpCallError, type McpServer, type McpServerConfig, openMcpServer } from './server.ts'

/** A server that was never asked before may keep a question waiting for so long. */
const PATIENCE_MS = 3_000
const LONGEST_DESCRIPTION = 1_000

export interface McpPorts {
  access: Pick<Access, 'isGranted'>
  files: Pick<Files, 'put'>
  filesKeptMs: number
  /** What programs get of our environment. */
  env: Readonly<Record<string, string | undefined>>
  now(): number
  log: Log
}

/** The tools of MCP servers. */
export interface Mcp {
  source: ToolSource
  /** Stops what was started. */
  close(): Promise<void>
}

export function openMcp(configs: Readonly<Record<string, McpServerConfig>>, ports: McpPorts): Mcp {
  const servers = Object.entries(configs).map(([name, config]) => ({
    name,
    config,
    server: openMcpServer(name, config, ports),
  }))

  async function toolsOf({ name, config, server }: (typeof servers)[number], run: Run, lang: Lang): Promise<Tool[]> {
    const mayUse = () => retryWhileUnavailable(() => ports.access.isGranted(run.task.message, MCP_SCENE, name))
    if (!(await mayUse())) return []
    const tools = await server.tools(PATIENCE_MS)
    return (tools ?? []).map((tool) => ({
      name: toolName(name, tool.name),
      description: (tool.description ?? tool.title ?? '').slice(0, LONGEST_DESCRIPTION),
      parameters: tool.inputSchema,
      // It may have been taken back while the model thought.
      call: async (use) =>
        (await mayUse())
          ? callTool({ name, config, server }, tool.name, use, lang)
          : { text: inLang(lang, toolSentences.notGranted(name)), parts: [], end: 'not granted' },
    }))
  }

  async function callTool(
    { name, config, server }: { name: string; config: McpServerConfig; server: McpServer },
    tool: string,
    { id, given, signal }: ToolUse,
    lang: Lang,
  ): Promise<ToolResult> {
    const keep = async (fileName: string, type: string, bytes: Uint8Array) => {
      const fileId = `${id}-${fileName.replaceAll(/[^A-Za-z0-9]/g, '-')}`
      const expiresAt = ports.now() + ports.filesKeptMs
      await retryWhileUnavailable(() => ports.files.put({ id: fileId, name: fileName, type, bytes, expiresAt }))
      return { kind: 'image' as const, media: { source: 'kept' as const, fileId }, name: fileName, type }
    }
    try {
      return await readResult(await server.call(tool, given, signal), name, lang, keep)
    } catch (error) {
      if (!(error instanceof McpCallError)) throw error
      ports.log.warn({ server: name, tool, error: error.message }, 'an MCP server did not do what it was called for')
      const text = {
        away: toolSentences.away(name),
        'too-slow': toolSentences.tooSlow(name, Math.round(config.timeoutMs / 1_000)),
        said: toolSentences.broke(name),
      }[error.kind]
      const words = error.kind === 'said' ? `\n${inLang(lang, toolSentences.fromServer(name))}${error.message}` : ''
      return { text: `${inLang(lang, text)}${words}`, parts: [], end: `failed: ${error.kind}` }
    }
  }

  return {
    source: async (run, lang) => {
      if (run.task.parent !== undefined) return []
      return (await Promise.all(servers.map((server) => toolsOf(server, run, lang)))).flat()
    },
    async close() {
      await Promise.all(servers.map(({ server }) => server.close()))
    },
  }
}
