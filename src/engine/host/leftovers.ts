import process from 'node:process'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { isMainThread, type Worker } from 'node:worker_threads'

/*
 * What a run leaves behind in its host. Two kinds count. The first is what still holds the event loop: timers, sockets, servers, programs, threads
 * and calls under way. What is unref'd does not, as Node has it: an idle connection of `fetch` may be dropped at any moment. The second is what
 * everybody in the host shares: its environment, working directory, listeners of the process, and the language's and Node's own objects. What scene
 * files have made while they were loaded was there before the run, and is not the run's.
 */

export interface Leftovers {
  /** What the run has left behind, by name; nothing when the host is as it was. What is about to close still counts. */
  now(): string[]
  /** The same, after a moment in which what is about to close has closed. */
  soon(): Promise<string[]>
}

/** A socket that was just closed, or a line that is being printed, takes about so long. */
const SOON_MS = 100
const LOOK_MS = 10

/** What somebody might replace, to watch or to pretend: a short list, for it is gone through after each run. */
const replaceable: readonly (readonly [object, ...string[]])[] = [
  [
    globalThis,
    'fetch',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'clearTimeout',
    'queueMicrotask',
    'structuredClone',
  ],
  [
    globalThis,
    'Date',
    'Promise',
    'JSON',
    'Math',
    'Error',
    'Map',
    'Object',
    'Array',
    'URL',
    'Buffer',
    'console',
    'process',
  ],
  [console, 'debug', 'log', 'info', 'warn', 'error'],
  [process, 'emit', 'exit', 'emitWarning', 'nextTick', 'hrtime'],
  [Date, 'now'],
  [Error, 'stackTraceLimit', 'prepareStackTrace'],
  [JSON, 'parse', 'stringify'],
  [Math, 'random'],
]

/** What the runs of a host share. Those that modules may have when they are loaded are named last. */
const shared: readonly { name: string; isModules?: boolean; read(): unknown }[] = [
  { name: 'the working directory', read: () => isMainThread && process.cwd() },
  { name: 'the file mode mask', read: () => isMainThread && process.umask() },
  { name: 'the environment', read: () => JSON.stringify(process.env) },
  { name: 'listeners of the process', isModules: true, read: listeners },
]
/** A library that is imported during a run may keep these for as long as it is loaded. */
const kindsOfModules: ReadonlySet<string> = new Set(['Timeout'])

/**
 * Called once, before scene files are loaded; what it gives back is called as each run begins. `loaded`: how many modules have been loaded. What a run
 * that loads modules leaves behind of timers, listeners and patches is taken for theirs: it would come again with each new host.
 */
export function openLeftovers(loaded: () => number): () => Leftovers {
  const workers = new Set<Worker>()
  process.on('worker', (worker: Worker) => {
    workers.add(worker)
    worker.once('exit', () => workers.delete(worker))
  })
  const held = (): Map<string, number> => {
    const counts = new Map([['Worker', workers.size]])
    for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    return counts
  }

  return () => {
    const loadedBefore = loaded()
    const heldBefore = held()
    const partsBefore = partsNow()
    const sharedBefore = shared.map(({ read }) => read())

    function now(): string[] {
      const hasLoaded = loaded() !== loadedBefore
      const more = [...held()].flatMap(([kind, count]) =>
        count > (heldBefore.get(kind) ?? 0) && !(hasLoaded && kindsOfModules.has(kind)) ? [kind] : [],
      )
      const other = shared.flatMap(({ name, isModules, read }, index) =>
        read() !== sharedBefore[index] && !(hasLoaded && isModules) ? [name] : [],
      )
      return [...more, ...other, ...(hasLoaded ? [] : replacedIn(partsBefore))]
    }

    return {
      now,
      async soon() {
        await turn()
        for (let waitedMs = 0; waitedMs < SOON_MS && now().length > 0; waitedMs += LOOK_MS) await wait(LOOK_MS)
        return now()
      },
    }
  }
}

function listeners(): string {
  const counts = process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`)
  return `${counts.join()} ${process.hasUncaughtExceptionCaptureCallback()}`
}

function partsNow(): unknown[] {
  return replaceable.flatMap(([object, ...names]) => names.map((name) => Reflect.get(object, name)))
}

function replacedIn(before: readonly unknown[]): string[] {
  const names = replaceable.flatMap(([, ...each]) => each)
  const after = partsNow()
  return before.flatMap((part, index) => (part === after[index] ? [] : [`another ${names[index]}`]))
}
