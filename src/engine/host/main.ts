import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { isMainThread, Worker } from 'node:worker_threads'
import { type LoadedScene, loadScenes } from '../../scenes/load.ts'
import { concealer } from '../../scenes/settings.ts'
import type { SceneFile, Sources } from '../../scenes/sources.ts'
import { describedError } from './content.ts'
import { hasPrograms } from './family.ts'
import type { Outside } from './outside.ts'
import { type End, perform } from './perform.ts'
import { importFromPictures, pictureUrl } from './pictures.ts'
import type { FromHost, ToHost } from './protocol.ts'
import { rememberSteps } from './remember-steps.ts'
import type { RunOrder } from './setting.ts'
import type { Watch } from './watchdog.ts'
import { openWire } from './wire.ts'

/*
 * A host: a thread or a child process that loads the scene files and then runs one command after the other. It is started by `start.ts`, and
 * may be killed at any moment.
 */

const progressEveryMs = 100
/** A timeline keeps the newest 500 lines; more than that in one attempt would only push out what came before. */
const logLines = 500
const logLength = 2000

type Answer = Extract<ToHost, { kind: 'answer' | 'fault' }>

const wire = openWire()
const calls = new Map<number, (answer: Answer) => void>()
let scenes: readonly LoadedScene[] = []
let running: { runId: string; controller: AbortController; parks: boolean } | undefined
let lastCallId = 0
/** Keeps secrets among the settings from the engine, which writes down what it is told. */
let conceal = (text: string): string => text

// Rejections that nobody handles come here too.
process.on('uncaughtException', (error) => wire.send({ kind: 'broken', ...concealed(describedError(error)) }))
if (isMainThread) becomeProcess()
wire.listen((message) => {
  switch (message.kind) {
    case 'load':
      return void load(message.sources, message.triggers)
    case 'run':
      return void run(message)
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
  const modulesOf = importFromPictures(sources)
  const modules: Record<string, string[]> = {}
  const importFile = async (file: SceneFile) => {
    wire.send({ kind: 'loading', file: file.shown })
    const module = await import(pictureUrl(file))
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
  // Written now: a host seldom lives to exit by itself.
  flushCompileCache()
}

async function run(order: RunOrder): Promise<void> {
  const controller = new AbortController()
  const mine = { runId: order.runId, controller, parks: order.parks ?? false }
  running = mine
  const { outside, asked } = rememberSteps(order, outsideOf(order.runId), () => mine.parks)
  const end = await perform(scenes, order, outside, controller.signal)
  running = undefined
  if (end.state === 'done' || end.state === 'piece') end.asked = asked()
  // A thread's programs are the engine's: nobody ends them.
  const leaves = isMainThread && (await hasPrograms())
  wire.send({ kind: 'end', runId: order.runId, leaves, end: concealedEnd(end) })
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
function outsideOf(runId: string): Outside {
  const send = (message: FromHost): void => {
    if (running?.runId === runId) wire.send(message)
  }
  let lines = 0
  return {
    call: (call, ofParent) =>
      new Promise((resolve, reject) => {
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
    timer = setTimeout(flush, progressEveryMs)
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
