import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { WecomSimulator } from '../../src/simulators/wecom/index.ts'
import type { Moment } from './dying.ts'
import { isTrial } from './sized.ts'
import { wecomEnv } from './wecom-env.ts'

/** A running Huitou: a process of its own, as people run it, or a part of this one. */
export interface Huitou {
  url: string
  token: string
  password: string
  /** 0 where it is a part of this process. */
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
  /** As on SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>
  /** Resolves when its process is gone; never where it is a part of this one. */
  ended: Promise<unknown>
  /** Rejects where it is a part of this process. */
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
  /** With the times as shipped, as its own program has them; else with the brisk ones of `program.ts`. */
  isAsShipped?: boolean
  /** It kills itself at this moment. */
  diesAt?: Moment
}

const root = fileURLToPath(new URL('../..', import.meta.url))
/** PostgreSQL is a large program of WebAssembly: compiling it well takes more than it saves in the seconds that a test lasts. */
export const quickStart: readonly string[] = isTrial ? [] : ['--liftoff-only']
/** Processes of many tests read the same code. */
export const compileCache = join(root, 'node_modules/.cache/huitou/code')
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
  isAsShipped = false,
  diesAt,
}: HuitouOptions): Promise<Huitou> {
  const startedAt = performance.now()
  const program =
    isAsShipped || part === 'up' || cwd !== root
      ? programs[part]
      : ['test/fakes/program.ts', JSON.stringify({ part, diesAt })]
  const child = spawn(process.execPath, [...quickStart, ...program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
    env: { NODE_COMPILE_CACHE: compileCache, ...environmentOf({ dataDir, redisUrl, simulator, env }) },
  })
  // Its end is told by `exit`; this one says that the signal was heard.
  child.on('error', () => undefined)
  const lines = linesOf()
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  createInterface(child.stdout).on('line', (text) => {
    if (!text.startsWith('{')) return
    lines.add(JSON.parse(text) as Line)
  })
  const ended = once(child, 'exit')
  const gone = ended.then(([code]) => {
    throw new Error(`it ended with ${code} before that\n${errors}\n${JSON.stringify(lines.log.at(-1))}`)
  })
  gone.catch(() => undefined)

  const waitForLog: Huitou['waitForLog'] = (isIt, withinMs) => Promise.race([gone, lines.waitFor(isIt, withinMs)])
  const ready = await waitForLog(({ msg }) => msg === readyLines[part], 90_000).catch(async (error: unknown) => {
    await end(child, 'SIGKILL')
    throw error
  })
  const url = String(ready.url ?? '')
  if (part !== 'work') simulator?.setCallback(`${url}/in/wecom`)
  return {
    ...calling(url),
    pid: child.pid ?? 0,
    log: lines.log,
    ended,
    readyMs: performance.now() - startedAt,
    errors: () => errors,
    waitForLog,
    stop: () => end(child, 'SIGTERM'),
    async kill9() {
      await end(child, 'SIGKILL')
    },
  }
}

/** The environment of a Huitou of the tests. */
export function environmentOf({
  dataDir,
  redisUrl,
  simulator,
  env,
}: Pick<HuitouOptions, 'dataDir' | 'redisUrl' | 'simulator' | 'env'>): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: 'Asia/Shanghai',
    PORT: '0',
    HUITOU_CONFIG: '',
    DATA_DIR: dataDir,
    API_TOKENS: TOKEN,
    ADMIN_PASSWORD: PASSWORD,
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...(simulator === undefined ? {} : wecomEnv(simulator)),
    ...env,
  }
}

/** How it is called over HTTP. */
export function calling(url: string): Pick<Huitou, 'url' | 'token' | 'password' | 'api'> {
  return {
    url,
    token: TOKEN,
    password: PASSWORD,
    api: (path, init = {}) =>
      fetch(new URL(path, url), {
        ...init,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...init.headers },
      }),
  }
}

export type Line = Record<string, unknown>

/** The lines of a log, and whoever waits for one. */
export function linesOf() {
  const log: Line[] = []
  const listeners = new Set<(line: Line) => void>()
  return {
    log,
    add(line: Line): void {
      log.push(line)
      for (const listener of listeners) listener(line)
    },
    waitFor(isIt: (line: Line) => boolean, withinMs = 30_000): Promise<Line> {
      const already = log.find(isIt)
      if (already !== undefined) return Promise.resolve(already)
      const found = Promise.withResolvers<Line>()
      const timer = setTimeout(() => found.reject(new Error(`no such line within ${withinMs} ms`)), withinMs)
      const look = (line: Line): void => {
        if (isIt(line)) found.resolve(line)
      }
      listeners.add(look)
      return found.promise.finally(() => {
        clearTimeout(timer)
        listeners.delete(look)
      })
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
