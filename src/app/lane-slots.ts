import type { Config } from '../../config/config.ts'
import type { Log } from '../core/log.ts'
import { laneOf } from '../core/task/lane.ts'
import { type OldSlots, openOldSlots } from '../engine/host/old-slots.ts'
import { openSlots, type Slots } from '../engine/host/slots.ts'
import { type ScenePack, sourcesOf } from '../scenes/pack.ts'
import type { CatalogSide } from './catalog-side.ts'
import { openLaneFallback } from './lanes.ts'

/** The slots of the lanes that this process works at. */
export interface LaneSlots {
  /**
   * Of the lane, or of the fallback where config has no such lane. For the scenes of now, or for one of another time;
   * undefined where this process has none.
   */
  of(lane: string, old?: ScenePack): Pick<Slots, 'run'> | undefined
  close(): Promise<void>
}

export type LaneSlotPorts = Pick<CatalogSide, 'sources' | 'onCatalog'> & { log: Log }

/** Throws when the config has no lane of that name. */
export function openLaneSlots(
  lanes: readonly string[],
  config: Pick<Config, 'lanes' | 'scenes' | 'hostEnvironment'>,
  { sources, onCatalog, log }: LaneSlotPorts,
): LaneSlots {
  const slots = new Map<string, Slots>()
  const oldSlots = new Map<string, OldSlots>()
  for (const name of lanes) {
    const lane = config.lanes[name]
    if (lane === undefined)
      throw new Error(`there is no lane "${name}"; lanes are ${Object.keys(config.lanes).join(', ')}`)
    const { isolation, concurrency: size, memoryMb } = lane
    const options = { isolation, size, memoryMb, env: config.hostEnvironment, log }
    slots.set(name, openSlots({ ...options, sources, isWarm: laneOf(name).isWarm }))
    oldSlots.set(
      name,
      openOldSlots((files) => openSlots({ ...options, sources: () => files })),
    )
  }
  const laneFor = openLaneFallback(new Set(Object.keys(config.lanes)), log)
  onCatalog(() => {
    for (const lane of slots.values()) lane.renew()
  })
  return {
    of(wanted, old) {
      const lane = laneFor(wanted)
      if (old === undefined) return slots.get(lane)
      return oldSlots.get(lane)?.of(old.version, () => sourcesOf(old, config.scenes))
    },
    async close() {
      await Promise.all([...slots.values(), ...oldSlots.values()].map((lane) => lane.close()))
    },
  }
}
