import { adoptJobs } from '../../queues/orphans.ts'
import type { Chore } from '../../workers/chores.ts'
import { lanelessCommands } from '../core/command/laneless.ts'
import type { Log } from '../core/log.ts'
import { FALLBACK_LANE } from '../core/task/lane.ts'
import type { Store } from '../store/store.ts'
import type { CatalogSide } from './catalog-side.ts'
import type { StoreSide } from './store-side.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Under which it is noted when a process last had a lane. */
const SEEN = 'lane:'
/** A lane that no process has had for so long is gone: another one may have more lanes than this. */
const GONE_MS = 5 * MINUTE_MS
const SEEN_KEPT_MS = 400 * DAY_MS

/**
 * In which lane tasks of a lane run: in it, or, when config has it no more, in the one that is always there, which is
 * told once.
 */
export function openLaneFallback(lanes: ReadonlySet<string>, log: Log): (lane: string) => string {
  const told = new Set<string>()
  return (lane) => {
    if (lanes.has(lane)) return lane
    if (!told.has(lane)) log.warn({ lane, instead: FALLBACK_LANE }, 'config has no such lane; its tasks run in another')
    told.add(lane)
    return FALLBACK_LANE
  }
}

/** The config's lanes, by their names. */
interface Lanes {
  lanes: Readonly<Record<string, unknown>>
}

/** Takes over what waits in lanes that no process has any more. */
export function lanesChore(
  config: Lanes,
  {
    store: { settings },
    backend,
    tasks,
    now,
    log,
  }: Pick<StoreSide, 'backend' | 'tasks' | 'now' | 'log'> & { store: Pick<Store, 'settings'> },
): Chore {
  const own = Object.keys(config.lanes)
  return {
    name: 'lanes',
    everyMs: MINUTE_MS,
    by: 'each',
    async work() {
      const at = now()
      await Promise.all(own.map((lane) => settings.set(`${SEEN}${lane}`, String(at), at + SEEN_KEPT_MS)))
      for (const { name, value } of await settings.list(SEEN, at)) {
        const lane = name.slice(SEEN.length)
        if (own.includes(lane) || at - Number(value) < GONE_MS) continue
        const moved = await adoptJobs(backend, lane, tasks, at)
        if (moved > 0)
          log.warn({ lane, instead: FALLBACK_LANE, moved }, 'tasks of a lane that is gone go on in another')
      }
    },
  }
}

/** Tells now, and whenever the scenes change, which commands want a lane that config has not. */
export function warnOfLanes(
  config: Lanes,
  { catalog, onCatalog, log }: Pick<CatalogSide, 'catalog' | 'onCatalog'> & { log: Log },
): void {
  const lanes = new Set(Object.keys(config.lanes))
  const warn = (): void => {
    for (const command of lanelessCommands(catalog(), lanes)) {
      log.warn({ command, instead: FALLBACK_LANE }, 'a command wants a lane that config has not; it runs in another')
    }
  }
  warn()
  onCatalog(warn)
}
