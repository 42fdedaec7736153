import type { Config } from '../../config/config.ts'
import { builtinScene } from '../engine/builtins/index.ts'
import { type CatalogSide, openCatalogSide } from './catalog-side.ts'
import { type EngineSide, openEngineSide } from './engine-side.ts'
import type { Machine } from './machine/machine.ts'
import type { Stopping } from './machine/stopping.ts'
import { openStoreSide, type StoreSide } from './store-side.ts'
import { openTalkSide, type TalkSide } from './talk-side.ts'

/** The sides that every process of an installation has, whichever half of the work it does. */
export interface Sides {
  stored: StoreSide
  scenes: CatalogSide
  talk: TalkSide
  engine: EngineSide
  close(stopping: Stopping): Promise<void>
}

export async function openSides(config: Config, machine: Machine): Promise<Sides> {
  const stored = await openStoreSide(config, machine)
  const scenes = await openCatalogSide(config, machine.log)
  const talk = await openTalkSide(config, { ...stored, catalog: scenes.catalog })
  const engine = openEngineSide(config, { ...stored, ...scenes, ...talk })
  scenes.include(builtinScene(engine.builtins))
  return {
    stored,
    scenes,
    talk,
    engine,
    async close(stopping) {
      await stopping.close('what is being sent', () => talk.outbox.idle())
      await stopping.close('the watch on scene files', () => scenes.close())
      await stored.quieten(stopping)
      await stopping.close('the queues of wakes', () => talk.wakes.close())
      await stored.close(stopping)
    },
  }
}
