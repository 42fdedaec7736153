import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'

/** A real Redis of the test's own, as production runs it: append-only file synced each second, no eviction, no snapshots. */
export interface RedisServer {
  url: string
  port: number
  /** Of the process that runs now; 0 while there is none. */
  readonly pid: number
  /** Dies at once, as in a power cut of the process; its files stay. */
  kill9(): Promise<void>
  /** Freezes: the port takes connections, nobody answers. */
  pause(): void
  resume(): void
  /** Starts again on the same port and files. Resolves once it answers. */
  restart(): Promise<void>
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

export interface RedisServerOptions {
  /** Not started yet; `restart` does. */
  down?: boolean
  /** What it begins with: the bytes of an RDB file. */
  rdb?: Buffer
  /** More options of redis-server: `['--maxmemory', '4mb']`. */
  args?: readonly string[]
}

/** Undefined when there is no redis-server on the PATH: those tests are skipped with a line that says so, and fail with CI=true. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer | undefined> {
  const binary = findBinary()
  if (binary === undefined) return undefined
  const dir = await mkdtemp(join(tmpdir(), 'huitou-redis-'))
  const port = await freePort()
  if (options.rdb !== undefined) await beginWith(dir, options.rdb)
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--loglevel', 'warning']
  args.push('--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction')
  args.push(...(options.args ?? []))

  let child: ChildProcess | undefined
  const start = async () => {
    const started = spawn(binary, args, { stdio: 'ignore' })
    running.add(started)
    started.once('exit', () => running.delete(started))
    child = started
    await untilItAnswers(port, child)
  }
  const end = async (signal: NodeJS.Signals) => {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = once(ending, 'exit')
    ending.kill('SIGCONT')
    ending.kill(signal)
    await gone
  }
  if (!options.down) await start()

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child?.pid ?? 0
    },
    kill9: () => end('SIGKILL'),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    restart: async () => {
      await end('SIGTERM')
      await start()
    },
    stop: async () => {
      await end('SIGKILL')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** As a base of the append-only file, which is all that such a server reads. */
async function beginWith(dir: string, rdb: Buffer): Promise<void> {
  const folder = join(dir, 'appendonlydir')
  await mkdir(folder)
  await writeFile(join(folder, 'appendonly.aof.1.base.rdb'), rdb)
  await writeFile(join(folder, 'appendonly.aof.manifest'), 'file appendonly.aof.1.base.rdb seq 1 type b\n')
}

/** A test run that is cut short leaves no server behind. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

let isSkipSaid = false
function findBinary(): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, 'redis-server')
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not in this folder.
    }
  }
  if (process.env.CI === 'true')
    throw new Error('redis-server is not on the PATH: with CI=true the Redis tests must run')
  if (!isSkipSaid)
    process.stderr.write('\n!!! SKIPPED: no redis-server on the PATH, nothing that needs Redis is tested\n\n')
  isSkipSaid = true
  return undefined
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

async function untilItAnswers(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await answersPing(port))) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with code ${child.exitCode}`)
    if (Date.now() > deadline) throw new Error(`redis-server does not answer on port ${port}`)
    await after(20)
  }
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const settle = (answers: boolean) => {
      socket.destroy()
      resolve(answers)
    }
    socket.once('data', (bytes) => settle(bytes.toString().startsWith('+PONG')))
    socket.once('error', () => settle(false))
    socket.once('close', () => settle(false))
  })
}
