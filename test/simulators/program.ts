import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A simulator as a process of its own; ends with its test. */
export interface Program {
  /** What it printed when it was ready. */
  // biome-ignore lint/suspicious/noExplicitAny: each program prints something else
  ready: any
  post(path: string, body?: unknown): Promise<Record<string, unknown>>
  status(path: string, body: unknown): Promise<number>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  get(path: string): Promise<any>
  stop(): Promise<unknown>
}

export async function startProgram(platform: 'onebot' | 'openai', ...args: string[]): Promise<Program> {
  const main = fileURLToPath(new URL(`../../src/simulators/${platform}/main.ts`, import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    const [code] = await exited
    return code
  }
  onTestFinished(async () => void (await stop()))
  const [line] = await once(createInterface(child.stdout), 'line')
  const ready = JSON.parse(line)
  const send = (path: string, body: unknown) =>
    fetch(ready.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return {
    ready,
    stop,
    post: async (path, body = {}) => (await send(path, body)).json(),
    status: async (path, body) => (await send(path, body)).status,
    get: async (path) => (await fetch(ready.url + path)).json(),
  }
}
