import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { WecomSimulator } from '../src/simulators/wecom/index.ts'
import { wecomEnv } from '../test/fakes/wecom-env.ts'
import type { ServerOptions } from './servers/config.ts'

export interface BenchServer {
  /** The line it printed when it was ready. */
  said: Record<string, unknown>
  stop(): Promise<void>
}

/** Starts one of bench/servers in a process of its own, with an empty data folder. */
export async function startServer(
  name: 'huitou' | 'floor' | 'two-queues',
  simulator: WecomSimulator,
  options: Omit<ServerOptions, 'dataDir' | 'wecom'>,
): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'huitou-bench-'))
  const path = fileURLToPath(new URL(`./servers/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, [path, JSON.stringify({ ...options, dataDir, wecom: wecomEnv(simulator) })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = await firstLine(child)
  return {
    said,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function firstLine(child: ChildProcess): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new Error('the server has no output')
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('{"url"') || line.startsWith('{"perSecond"')) return JSON.parse(line) as Record<string, unknown>
  }
  throw new Error('the server ended before it was ready')
}
