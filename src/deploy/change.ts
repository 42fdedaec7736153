import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../core/log.ts'
import { whyOf } from '../core/text/why.ts'
import type { Tally } from './messages.ts'
import type { Port } from './port.ts'
import type { LoadedRelease, Release } from './release.ts'

export interface ChangePorts {
  port: Port
  /** Loads a release; rejects when it cannot even be loaded. */
  load(folder: string): Promise<LoadedRelease>
  /** Tells whoever waits for the deploy. */
  say(line: string): void
  log: Log
}

/** Which release runs after a change, and why it is not the new one. */
export interface Changed {
  /** Undefined when neither could be started. */
  running: Release | undefined
  why?: string
}

/** Fewer failures than these say nothing. */
const FEWEST_FAILED = 3
/** So much more of what ends must fail than before. */
const RISE = 0.2
const LOOK_MS = 250

/**
 * Puts another release in the place of the running one. On Redis the new one is started beside the old, which stops
 * when it is ready. The embedded store belongs to one process: there the new one is loaded, the old one stops, and
 * connections wait until the new one is ready; when that does not come up the old one is started again. Never rejects.
 */
export async function change(old: Release, folder: string, ports: ChangePorts): Promise<Changed> {
  return old.store === 'embedded' ? oneAfterTheOther(old, folder, ports) : beside(old, folder, ports)
}

async function beside(old: Release, folder: string, { port, load, say }: ChangePorts): Promise<Changed> {
  say('starting it beside the old one')
  try {
    const next = await (await load(folder)).begin()
    port.leadTo(next.take)
    say('ready: it takes the connections now; the old one stops')
    await old.stop(() => undefined)
    return { running: next }
  } catch (error) {
    return { running: old, why: whyOf(error) }
  }
}

async function oneAfterTheOther(old: Release, folder: string, ports: ChangePorts): Promise<Changed> {
  const { port, load, say } = ports
  let loaded: LoadedRelease
  try {
    loaded = await load(folder)
  } catch (error) {
    return { running: old, why: whyOf(error) }
  }
  say('the embedded store belongs to one process: the old one stops first, connections wait')
  await old.stop(port.hold)
  // Also when it died before it could drain.
  port.hold()
  try {
    const next = await loaded.begin()
    port.leadTo(next.take)
    say('ready: it takes the connections now')
    return { running: next }
  } catch (error) {
    const why = whyOf(error)
    say(`${why}; the old one is started again`)
    return { running: await putBack(old.folder, ports), why }
  }
}

/** Watches a new release for a while; resolves to why it is not good enough, or undefined. */
export async function watch(release: Release, before: Tally, watchMs: number): Promise<string | undefined> {
  const until = performance.now() + watchMs
  while (performance.now() < until) {
    await wait(LOOK_MS)
    if (release.isGone()) return `it ended by itself (${await release.gone})`
    const now = release.tally()
    if (hasRisen(before, now))
      return `${now.failed} of ${now.ended} attempts failed; before it was ${before.failed} of ${before.ended}`
  }
  return undefined
}

export function hasRisen(before: Tally, now: Tally): boolean {
  return now.failed >= FEWEST_FAILED && shareOf(now) >= shareOf(before) + RISE
}

function shareOf({ ended, failed }: Tally): number {
  return ended === 0 ? 0 : failed / ended
}

/** The way back: the same change with the old folder, whether the bad one still runs or not. */
export async function goBack(bad: Release, folder: string, ports: ChangePorts): Promise<Changed> {
  if (!bad.isGone()) return change(bad, folder, ports)
  ports.port.hold()
  return { running: await putBack(folder, ports) }
}

async function putBack(folder: string, { port, load, log }: ChangePorts): Promise<Release | undefined> {
  try {
    const release = await (await load(folder)).begin()
    port.leadTo(release.take)
    return release
  } catch (error) {
    log.error({ folder, error: whyOf(error) }, 'the release before does not start either')
    return undefined
  }
}
