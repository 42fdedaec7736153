import { StoreUnavailableError } from '../../../core/errors.ts'
import type { ApiPorts } from '../ports.ts'
import type { Overview } from '../shapes.ts'

/** The front page in numbers. Without its store it still says that, and which channels are up. */
export async function readOverview(ports: ApiPorts): Promise<Overview> {
  const kept = await readKept(ports).catch((error: unknown) => {
    if (error instanceof StoreUnavailableError) return undefined
    throw error
  })
  return {
    store: { kind: ports.store.kind, up: kept !== undefined },
    version: ports.version,
    startedAt: ports.startedAt,
    lanes: kept?.lanes ?? [],
    channels: ports.channels.map((channel, at) => ({
      id: channel.id,
      platform: channel.platform,
      down: channel.down?.(),
      waiting: kept?.waiting[channel.id] ?? 0,
      pausedUntil: kept?.pauses[at],
    })),
    sceneFaults: [...ports.catalog().faults],
  }
}

async function readKept(ports: ApiPorts) {
  const { outbox } = ports.store
  const [lanes, waiting, pauses] = await Promise.all([
    ports.laneCounts(),
    outbox.waiting(),
    Promise.all(ports.channels.map(({ id }) => outbox.pausedUntil(id))),
  ])
  return { lanes, waiting, pauses }
}
