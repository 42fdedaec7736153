import process from 'node:process'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { isMainThread, type Worker } from 'node:worker_threads'

/*
 * What a run leaves behind in its host. Two kinds count. The first is what still holds the event loop: timers,
 * sockets, servers, programs, threads and calls under way. What is unref'd does not, as Node has it: an idle
 * connection of `fetch` may be dropped at any moment. The second is what everybody in the host shares: its
 * environment, working directory, listeners of the process, and the language's and Node's own objects. What scene
 * files have made while they were loaded was there before the run, and is not the run's.
 */

export interface Leftovers {
  /** What the run has left behind, by name; nothing when the host is as it was. What is about to close still counts. */
  now(): string[]
  /** The same, after a moment in which what is about to close has closed. */
  soon(): Promise<string[]>
}

/** What was just closed is gone after some turns of the event loop; so long is waited for it. */
const SOON_MS = 100
const LOOK_MS = 10

/** What all code stands on, ours too: a method that is replaced, and a property that is added to all objects. */
const foundations: Readonly<Record<string, object>> = {
  'Object.prototype': Object.prototype,
  'Array.prototype': Array.prototype,
  'Promise.prototype': Promise.prototype,
  'String.prototype': String.prototype,
  'Map.prototype': Map.prototype,
  Object,
  Promise,
  JSON,
}
/** What is replaced most, to watch it or to pretend. It is gone through after each run, which takes some microseconds. */
const replaceable: readonly { object: object; name: string }[] = [
  { object: globalThis, name: 'fetch' },
  { object: globalThis, name: 'setTimeout' },
  { object: globalThis, name: 'Date' },
  { object: globalThis, name: 'Promise' },
  { object: Date, name: 'now' },
  { object: Math, name: 'random' },
  { object: console, name: 'log' },
  { object: console, name: 'error' },
  ...Object.values(foundations).flatMap((object) =>
    // An accessor such as __proto__ is not read: it tells of the object, not of itself.
    Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([name, { value }]) =>
      typeof value === 'function' ? [{ object, name }] : [],
    ),
  ),
]

/** The host's own way out: what is printed or sent holds these until a busy engine has read it. */
const ofHost: ReadonlySet<string> = new Set(['MessagePort', 'WriteWrap'])
/** A library may keep these for as long as it is loaded. */
const kindsOfModules: ReadonlySet<string> = new Set(['Timeout'])

/**
 * Called once, before scene files are loaded; what it gives back is called as each run begins. `loaded`: how many
 * modules have been loaded. What a run that loads modules leaves behind of timers, listeners and patches is taken for
 * theirs: it would come again with each new host.
 */
export function openLeftovers(loaded: () => number): () => Leftovers {
  const workers = new Set<Worker>()
  process.on('worker', (worker: Worker) => {
    workers.add(worker)
    worker.once('exit', () => workers.delete(worker))
  })
  /** In the order in which they were made, so that what has not changed is seen at once. */
  const held = (): string =>
    [...process.getActiveResourcesInfo(), ...Array.from(workers, () => 'Worker')]
      .filter((kind) => !ofHost.has(kind))
      .join()
  /** Counted as they come and go. */
  let listeners = 0
  process.on('newListener', () => {
    listeners += 1
  })
  process.on('removeListener', () => {
    listeners -= 1
  })
  /**
   * As the last run has left it, when that has left nothing behind: reading it takes time, and a quick command has
   * little.
   */
  let shared = sharedNow()
  let parts = partsNow()
  let loadedBefore = loaded()

  return () => {
    const heldBefore = held()
    const listenersBefore = listeners
    if (loaded() !== loadedBefore) {
      shared = sharedNow()
      parts = partsNow()
      loadedBefore = loaded()
    }

    /** A run may replace what is needed to look. Then nobody can tell, and that is enough. */
    function now(): string[] {
      try {
        return lookedAt()
      } catch {
        return ['something that the host itself needs']
      }
    }

    function lookedAt(): string[] {
      const left = moreThan(heldBefore, held())
      if (sharedNow() !== shared) left.push('the environment, the working directory or the file mode mask')
      const hasLoaded = loaded() !== loadedBefore
      if (hasLoaded) return left.filter((kind) => !kindsOfModules.has(kind))
      if (listeners !== listenersBefore) left.push('listeners of the process')
      const after = partsNow()
      for (let index = 0; index < parts.length; index++) {
        if (after[index] !== parts[index]) left.push(`another ${namesOfParts[index]}`)
      }
      return left
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

function sharedNow(): string {
  const env = JSON.stringify(process.env)
  // A thread has those of the engine, and cannot change them.
  return isMainThread ? `${env} ${process.cwd()} ${process.umask()}` : env
}

const foundationsInOrder = Object.values(foundations)
const namesOfParts = [...replaceable.map(({ name }) => name), ...Object.keys(foundations)]

/** Without a method of lists, which may be another one by now. */
function partsNow(): unknown[] {
  const parts: unknown[] = []
  let at = 0
  for (const { object, name } of replaceable) parts[at++] = Reflect.get(object, name)
  for (const object of foundationsInOrder) parts[at++] = Reflect.ownKeys(object).length
  return parts
}

/** The kinds of which there are more. */
function moreThan(before: string, after: string): string[] {
  if (before === after) return []
  const counts = new Map<string, number>()
  for (const kind of after.split(',')) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  for (const kind of before.split(',')) counts.set(kind, (counts.get(kind) ?? 0) - 1)
  return [...counts].flatMap(([kind, more]) => (more > 0 && kind !== '' ? [kind] : []))
}
