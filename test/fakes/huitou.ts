import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { wecomEnv } from './wecom-env.ts'

/** A Huitou as people run it: a process of its own, stopped or killed like one. */
export interface Huitou {
  url: string
  token: string
  password: string
  pid: number
  /** The lines of its log so far. */
  log: Record<string, unknown>[]
  /** How long it took from its start until it was ready. */
  readyMs: number
  /** What it wrote to its error output. */
  errors(): string
  /** A call of the HTTP API with its token. */
  api(path: string, init?: RequestInit): Promise<Response>
  waitForLog(isIt: (line: Record<string, unknown>) => boolean, withinMs?: number): Promise<Record<string, unknown>>
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>
  kill9(): Promise<void>
}

export interface HuitouOptions {
  dataDir: string
  /** Undefined: the embedded store. */
  redisUrl?: string
  simulator?: WecomSimulator
  env?: Record<string, string>
  /** Which half to start; both by default. */
  part?: 'all' | 'serve' | 'work' | 'up'
  /** The checkout it runs in; this one, when left out. */
  cwd?: string
  args?: string[]
  /** Kills it with SIGKILL at any moment, also while it starts. */
  signal?: AbortSignal
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const programs = {
  all: ['src/main.ts'],
  serve: ['src/main.ts', '--serve-only'],
  work: ['workers/main.ts'],
  up: ['src/cli/main.ts', 'up'],
} as const
const readyLines = {
  all: 'huitou is ready',
  serve: 'huitou is ready',
  work: 'working',
  up: 'up: deploys are taken',
} as const
const TOKEN = 'a-token-for-tests-0123456789'
const PASSWORD = 'a password for tests'

export async function startHuitou({
  dataDir,
  redisUrl,
  simulator,
  env,
  part = 'all',
  cwd = root,
  args = [],
  signal,
}: HuitouOptions): Promise<Huitou> {
  const startedAt = performance.now()
  const program = programs[part]
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
    env: {
      PATH: process.env.PATH,
      TZ: 'Asia/Shanghai',
      PORT: '0',
      HUITOU_CONFIG: '',
      DATA_DIR: dataDir,
      API_TOKENS: TOKEN,
      ADMIN_PASSWORD: PASSWORD,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      ...(simulator === undefined ? {} : wecomEnv(simulator)),
      ...env,
    },
  })
  // Its end is told by `exit`; this one says that the signal was heard.
  child.on('error', () => undefined)
  const log: Record<string, unknown>[] = []
  const listeners = new Set<(line: Record<string, unknown>) => void>()
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  createInterface(child.stdout).on('line', (text) => {
    if (!text.startsWith('{')) return
    const line = JSON.parse(text) as Record<string, unknown>
    log.push(line)
    for (const listener of listeners) listener(line)
  })

  function waitForLog(
    isIt: (line: Record<string, unknown>) => boolean,
    withinMs = 30_000,
  ): Promise<Record<string, unknown>> {
    const already = log.find(isIt)
    if (already !== undefined) return Promise.resolve(already)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => done(() => reject(new Error(`no such line within ${withinMs} ms\n${errors}`))),
        withinMs,
      )
      const gone = (code: number | null): void =>
        done(() => reject(new Error(`it ended with ${code} before that\n${errors}\n${JSON.stringify(log.at(-1))}`)))
      const look = (line: Record<string, unknown>): void => {
        if (isIt(line)) done(() => resolve(line))
      }
      function done(end: () => void): void {
        clearTimeout(timer)
        child.off('exit', gone)
        listeners.delete(look)
        end()
      }
      child.once('exit', gone)
      listeners.add(look)
    })
  }

  const ready = await waitForLog(({ msg }) => msg === readyLines[part], 90_000).catch(async (error: unknown) => {
    await end(child, 'SIGKILL')
    throw error
  })
  const url = String(ready.url ?? '')
  if (part !== 'work') simulator?.setCallback(`${url}/in/wecom`)
  return {
    url,
    token: TOKEN,
    password: PASSWORD,
    pid: child.pid ?? 0,
    log,
    readyMs: performance.now() - startedAt,
    errors: () => errors,
    waitForLog,
    api: (path, init = {}) =>
      fetch(new URL(path, url), {
        ...init,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...init.headers },
      }),
    stop: () => end(child, 'SIGTERM'),
    async kill9() {
      await end(child, 'SIGKILL')
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  child.kill(signal)
  const [code] = await once(child, 'exit')
  return code as number | null
}

/** A folder that is gone when the test is over. */
export async function scratchDir(): Promise<{ dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'huitou-test-'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }) }
}
