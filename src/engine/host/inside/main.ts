import { AsyncLocalStorage } from 'node:async_hooks'
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { type LoadedScene, loadScenes } from '../../../scenes/load.ts'
import { concealer } from '../../../scenes/settings.ts'
import type { SceneFile, Sources } from '../../../scenes/sources.ts'
import { endPrograms, endProgramsSoon, ownThread } from '../family.ts'
import type { ThreadData } from '../port.ts'
import type { End, FromHost, ToHost } from '../protocol.ts'
import { describedError } from './content.ts'
import { openLeftovers } from './leftovers.ts'
import type { Outside } from './outside.ts'
import { perform } from './perform.ts'
import { rememberSteps } from './remember-steps.ts'
import type { RunOrder } from './setting.ts'
import { importFromSnapshots, modulesLoaded, snapshotUrl } from './snapshots.ts'
import type { Watch } from './watchdog.ts'
import { openWire } from './wire.ts'

/*
 * A host: a thread or a child process that loads the scene files and then runs one command after the other. It is
 * started by `start.ts`, and may be killed at any moment.
 */

const progressEveryMs = 100
/** A timeline keeps the newest 500 lines; more than that in one attempt would only push out what came before. */
const logLines = 500
const logLength = 2000

type Answer = Extract<ToHost, { kind: 'answer' | 'fault' }>

const wire = openWire()
const calls = new Map<number, (answer: Answer) => void>()
let scenes: readonly LoadedScene[] = []
/** One attempt; a task's next one has the same id. */
interface Running {
  runId: string
  controller: AbortController
  parks: boolean
}
let running: Running | undefined
let isLoaded = false
/**
 * Whose code it is that runs just now: that of an attempt, or what scene files do by themselves since they were
 * loaded.
 */
const origin = new AsyncLocalStorage<Running | typeof ofScenes>()
const ofScenes = { runId: undefined }
/** Whose late faults are told; a timer may throw a thousand times a second. */
const told = new WeakSet<object>()
let lastCallId = 0
/** Keeps secrets among the settings from the engine, which writes down what it is told. */
let conceal = (text: string): string => text

// Rejections that nobody handles come here too.
process.on('uncaughtException', failed)
if (isMainThread) becomeProcess()
else becomeThread()
const leftoversOfRun = openLeftovers(modulesLoaded)
wire.listen((message) => {
  switch (message.kind) {
    case 'load':
      return void origin.run(ofScenes, load, message.sources, message.triggers)
    case 'run':
      return void run(message).catch(broken)
    case 'abort':
      if (running?.runId === message.runId) running.controller.abort(new DOMException(message.why, 'AbortError'))
      return
    case 'park':
      if (running?.runId === message.runId) running.parks = true
      return
    case 'answer':
    case 'fault':
      calls.get(message.callId)?.(message)
      calls.delete(message.callId)
  }
})

async function load(sources: Sources, triggers: boolean): Promise<void> {
  conceal = concealer(sources.settings)
  const modulesOf = importFromSnapshots(sources)
  const modules: Record<string, string[]> = {}
  const importFile = async (file: SceneFile) => {
    wire.send({ kind: 'loading', file: file.shown })
    const module = await import(snapshotUrl(file))
    modules[file.shown] = modulesOf(file)
    return module
  }
  const loaded = await loadScenes(sources.files, importFile, sources.settings, { triggers })
  scenes = loaded.scenes
  for (const { entry } of scenes) entry.version = sources.versions?.[entry.name]
  wire.send({
    kind: 'ready',
    scenes: scenes.map((each) => each.entry),
    faults: loaded.faults.map((fault) => ({ ...fault, message: conceal(fault.message) })),
    watched: loaded.watched,
    modules,
  })
  isLoaded = true
  // Written now: a host seldom lives to exit by itself.
  flushCompileCache()
}

async function run(order: RunOrder): Promise<void> {
  const controller = new AbortController()
  const { runId } = order
  const mine: Running = { runId, controller, parks: order.parks ?? false }
  running = mine
  const leftovers = leftoversOfRun()
  const { outside, asked } = rememberSteps(order, outsideOf(mine), () => mine.parks)
  const end = await origin.run(mine, perform, scenes, order, outside, controller.signal)
  running = undefined
  if (end.state === 'done' || end.state === 'piece') end.asked = asked()
  const settles = leftovers.now().length > 0
  wire.send({ kind: 'end', runId, settles, end: concealedEnd(end) })
  if (!settles) return
  const left = await leftovers.soon()
  // A process takes its programs along when it goes; of a thread's, only the thread itself hears that they have ended.
  if (left.length > 0 && !isMainThread) await endProgramsSoon(ownThread())
  wire.send({ kind: 'settled', runId, left })
}

/** What is done around a command has failed, because the command has changed what it stands on: nobody else may run. */
function broken(error: unknown): void {
  wire.send({ kind: 'broken', ...concealed(describedError(error)) })
}

/**
 * Something that nobody waited for has thrown, or a rejection that nobody handles. It is the running command's when
 * it comes from there, or when nobody can tell; what others have left behind is told, and the running command goes
 * on.
 */
function failed(error: unknown): void {
  const by = origin.getStore()
  const fault = concealed(describedError(error))
  if (!isLoaded || (running !== undefined && (by === undefined || by === running))) {
    wire.send({ kind: 'broken', ...fault })
    return
  }
  const { runId } = by ?? ofScenes
  if (told.has(by ?? ofScenes)) return
  told.add(by ?? ofScenes)
  wire.send({ kind: 'late', runId, ...fault })
}

/** What people are told is the command's own affair; all else is for operators. */
function concealedEnd(end: End): End {
  if (end.state === 'failed') return { ...end, ...concealed(end) }
  return end.state === 'ignored' ? { ...end, why: conceal(end.why) } : end
}

function concealed({ message, stack }: { message: string; stack?: string }): { message: string; stack?: string } {
  return { message: conceal(message), stack: stack === undefined ? undefined : conceal(stack) }
}

/** Messages of a command that has ended lead nowhere: it was told to wait for what it starts. */
function outsideOf(mine: Running): Outside {
  const { runId } = mine
  const send = (message: FromHost): void => {
    if (running === mine) wire.send(message)
  }
  let lines = 0
  return {
    call: (call, ofParent) =>
      new Promise((resolve, reject) => {
        if (running !== mine) return
        lastCallId += 1
        calls.set(lastCallId, (answer) => {
          if (answer.kind === 'answer') resolve(answer.value)
          else reject(new Error(answer.message))
        })
        send({ kind: 'call', callId: lastCallId, runId, ofParent, call })
      }),
    progress: throttled((percent, text) => {
      const bounded = Math.min(100, Math.max(0, Number(percent) || 0))
      send({
        kind: 'progress',
        runId,
        percent: bounded,
        text: text === undefined ? undefined : String(text).slice(0, 200),
      })
    }),
    log(text) {
      lines += 1
      if (lines <= logLines) send({ kind: 'log', runId, text: conceal(String(text)).slice(0, logLength) })
    },
  }
}

/** Calls at most every `progressEveryMs`, and always with the last of what it was given. */
function throttled(show: Outside['progress']): Outside['progress'] {
  let last: Parameters<Outside['progress']> | undefined
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    timer = undefined
    if (last === undefined) return
    show(...last)
    last = undefined
    // Not the command's: it ends when it likes.
    timer = setTimeout(flush, progressEveryMs).unref()
  }
  return (...progress) => {
    last = progress
    if (timer === undefined) flush()
  }
}

function becomeProcess(): void {
  // A terminal and a service manager signal the whole group; the engine decides when this one ends.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => undefined)
  const watch: Watch = { engine: process.ppid, maxBytes: Number(process.argv[2]) || undefined }
  new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: watch, env: {}, execArgv: [] }).unref()
}

function becomeThread(): void {
  // The cast holds: `port.ts` starts it so.
  const { thread } = workerData as ThreadData
  thread[0] = ownThread()
  // When it ends by itself; the engine does it when it ends this thread.
  process.on('exit', () => endPrograms(ownThread()))
}
