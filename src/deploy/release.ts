import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { fromReleaseSchema, type Tally, type ToRelease } from './messages.ts'

/** A version of Huitou in a folder of its own, running. */
export interface Release {
  readonly folder: string
  readonly store: string
  /** As it was told last. */
  tally(): Tally
  take(socket: Socket): void
  /**
   * Ends gracefully: connections are taken until its work is handed over, which `drained` tells. Resolves when it is
   * gone.
   */
  stop(drained: () => void): Promise<void>
  isGone(): boolean
  /** Resolves when it is gone, with how; by itself or because it was asked. */
  readonly gone: Promise<string>
}

/** A release whose code and config are read, and which has touched nothing yet. */
export interface LoadedRelease {
  /** Resolves when it is ready for connections. Throws NotReadyError. */
  begin(): Promise<Release>
  kill(): void
}

/** Loading or beginning that takes longer has failed. */
const READY_MS = 60_000

/** The release did not come up; its own words are on the error output. */
export class NotReadyError extends AppError {
  override readonly name = 'NotReadyError'
  readonly retry = 'never'
}

/** Loads a release in a process of its own. Throws NotReadyError. */
export async function loadRelease(folder: string, env: NodeJS.ProcessEnv, readyMs = READY_MS): Promise<LoadedRelease> {
  // A group of its own, so that a Ctrl-C at the terminal reaches `up` alone.
  const child = spawn(nodeOf(folder), ['src/main.ts', '--under-up'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  })
  const gone = once(child, 'exit').then(
    ([code, signal]) => (code === null ? `killed by ${signal}` : `code ${code}`),
    (error: Error) => error.message,
  )
  const loaded = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<string>()
  // Whoever waits for it is told.
  ready.promise.catch(() => undefined)
  let tally: Tally = { ended: 0, failed: 0 }
  let drained: () => void = () => undefined
  const tell = (message: ToRelease, socket?: Socket): void => {
    // Whoever is gone takes along what was on its way; those who connected come again.
    if (child.connected) child.send(message, socket, () => undefined)
    else socket?.destroy()
  }
  void gone.then((how) => {
    const error = new NotReadyError(`it ended (${how}) before it was ready`)
    loaded.reject(error)
    ready.reject(error)
  })
  child.on('message', (message) => {
    const heard = fromReleaseSchema.parse(message)
    if (heard.kind === 'loaded') loaded.resolve()
    if (heard.kind === 'ready') ready.resolve(heard.store)
    if (heard.kind === 'tally') tally = heard.tally
    if (heard.kind !== 'drained') return
    drained()
    tell({ kind: 'close' })
  })
  const kill = (): void => void child.kill('SIGKILL')

  await inTime(loaded.promise, readyMs, kill)
  return {
    kill,
    async begin() {
      tell({ kind: 'begin' })
      const store = await inTime(ready.promise, readyMs, kill)
      return {
        folder,
        store,
        tally: () => tally,
        take: (socket) => tell({ kind: 'connection' }, socket),
        async stop(onDrained) {
          drained = onDrained
          tell({ kind: 'stop' })
          await gone
        },
        isGone: () => child.exitCode !== null || child.signalCode !== null,
        gone,
      }
    },
  }
}

/** What does not come in time is killed. */
async function inTime<Value>(coming: Promise<Value>, ms: number, kill: () => void): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NotReadyError(`it was not ready within ${Math.round(ms / 1_000)} s`)), ms)
  })
  try {
    return await Promise.race([coming, late])
  } catch (error) {
    kill()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** The Node that the release is locked to; else the one that runs here. */
export function nodeOf(folder: string): string {
  const own = join(folder, 'node_modules', 'node', 'bin', 'node')
  return existsSync(own) ? own : process.execPath
}
