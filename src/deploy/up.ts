import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import { releaseEnvironment } from '../../config/release-environment.ts'
import type { Log } from '../core/log.ts'
import { whyOf } from '../core/text/why.ts'
import { urlOf } from '../web/door.ts'
import { type Changed, type ChangePorts, change, goBack, watch } from './change.ts'
import { type Ended, type Order, takeOrders } from './control.ts'
import { openFolders } from './folders.ts'
import { openPort } from './port.ts'
import { loadRelease, type Release } from './release.ts'

export interface Up {
  url: string
  stop(): Promise<void>
}

const LONGEST_PAUSE_MS = 10_000

/**
 * Owns the port, runs the current release under it, starts it again when it dies, and puts another in its place when
 * told. Resolves when the first one is ready; rejects when that does not come up.
 */
export async function openUp(home: string, config: Config, log: Log): Promise<Up> {
  const folders = await openFolders(home)
  const port = await openPort(config.port, config.host)
  const env = releaseEnvironment(home, { dataDir: config.dataDir, port: port.number })
  const load = (folder: string) => loadRelease(folder, env)
  const start = async (folder: string): Promise<Release> => (await load(folder)).begin()
  let isStopping = false
  let isChanging = false
  let startingAgain: Promise<void> | undefined
  const known = new WeakSet<Release>()
  let current = await start(await folders.current()).catch((error: unknown) => {
    port.close()
    throw error
  })

  function lead(release: Release): void {
    current = release
    port.leadTo(release.take)
    if (known.has(release)) return
    known.add(release)
    void release.gone.then((how) => {
      if (release !== current || isStopping || isChanging) return
      log.error({ release: release.folder, how }, 'the release has ended by itself; it is started again')
      startingAgain = startAgain(release.folder)
    })
  }

  /** Until it comes up, or another is deployed; who connects waits meanwhile. */
  async function startAgain(folder: string): Promise<void> {
    port.hold()
    for (let pauseMs = 1_000; !isStopping && !isChanging; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      try {
        return lead(await start(folder))
      } catch (error) {
        log.error({ release: folder, why: whyOf(error), pauseMs }, 'the release does not start')
        await wait(pauseMs)
      }
    }
  }

  async function deploy({ folder, watchMs }: Order, say: (line: string) => void): Promise<Ended> {
    if (isChanging) return { done: false, why: 'another deploy is under way' }
    isChanging = true
    await startingAgain
    const old = current
    let wanted = old.folder
    const ports: ChangePorts = { port, load, say, log }
    try {
      const before = old.tally()
      log.info({ from: old.folder, to: folder }, 'a release is deployed')
      const why = settle(await change(old, folder, ports))
      if (why !== undefined) return refused(folder, why)
      say(`watching it for ${Math.round(watchMs / 1_000)} s`)
      const bad = await watch(current, before, watchMs)
      if (isStopping) return { done: false, why: 'up is stopping; the release before is run at its next start' }
      if (bad !== undefined) {
        say(`${bad}: going back`)
        settle(await goBack(current, old.folder, ports))
        return refused(folder, bad)
      }
      wanted = folder
      await folders.setCurrent(folder)
      log.info({ release: folder }, 'the release is deployed')
      return { done: true }
    } finally {
      isChanging = false
      if (current.isGone()) startingAgain = startAgain(wanted)
      else lead(current)
      await folders.prune([folder, old.folder]).catch((error: unknown) => {
        log.warn({ error: whyOf(error) }, 'old releases could not be removed')
      })
    }
  }

  function settle({ running, why }: Changed): string | undefined {
    current = running ?? current
    return why
  }

  function refused(folder: string, why: string): Ended {
    log.error({ release: folder, why, running: current.folder }, 'the release was not kept')
    return { done: false, why }
  }

  const orders = await takeOrders(folders.dir, deploy)
  lead(current)
  return {
    url: urlOf(config.host, port.number),
    async stop() {
      isStopping = true
      orders.close()
      await current.stop(port.hold)
      port.close()
    },
  }
}
