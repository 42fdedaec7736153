import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ServerOptions } from './servers/config.ts'

export interface BenchServer {
  /** The line it printed when it was ready. */
  said: Record<string, unknown>
  /** Every process that works for it. */
  pids: readonly number[]
  stop(): Promise<void>
}

/** Starts one of bench/servers in a process of its own, with an empty data folder. */
export async function startServer(
  name: 'huitou' | 'floor' | 'two-queues',
  options: Omit<ServerOptions, 'dataDir'>,
): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'huitou-bench-'))
  const server = await startProgram(fileURLToPath(new URL(`./servers/${name}.ts`, import.meta.url)), {
    ...options,
    dataDir,
  })
  return {
    ...server,
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Starts a program that takes its options as JSON and ends with its standard input. */
export async function startProgram(path: string, options: object): Promise<BenchServer> {
  const child = spawn(process.execPath, [path, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = await firstLine(child)
  return {
    said,
    pids: child.pid === undefined ? [] : [child.pid],
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
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
