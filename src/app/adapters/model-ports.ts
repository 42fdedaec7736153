import type { Config } from '../../../config/config.ts'
import { mediaReader } from '../../channels/media.ts'
import type { PicturePorts } from '../../engine/llm/pictures.ts'
import { commandTools } from '../../engine/llm/tools/command-tools.ts'
import { type Mcp, openMcp } from '../../engine/llm/tools/mcp/mcp.ts'
import type { ToolSource } from '../../engine/llm/tools/toolbox.ts'
import type { TaskWatch } from '../../engine/waiting/task-watch.ts'
import type { CatalogSide } from '../catalog-side.ts'
import type { EngineSide } from '../engine-side.ts'
import type { StoreSide } from '../store-side.ts'
import type { TalkSide } from '../talk-side.ts'

export type ModelSidePorts = Pick<StoreSide, 'store' | 'tasks' | 'now' | 'log'> &
  Pick<CatalogSide, 'catalog'> &
  Pick<TalkSide, 'channels' | 'readFile'> &
  Pick<EngineSide, 'access' | 'taskControl' | 'priorityOf'>

/** What models may call and see, in this process. */
export function openModelPorts(
  config: Pick<Config, 'lanes' | 'llm' | 'limits' | 'channels' | 'hostEnvironment'>,
  ports: ModelSidePorts,
  watch: TaskWatch,
): { mcp: Mcp; tools: ToolSource[]; pictures: PicturePorts } {
  const { store, channels, access, now, log } = ports
  const commands = commandTools({
    store,
    catalog: ports.catalog,
    lanes: new Set(Object.keys(config.lanes)),
    access,
    enqueue: ports.tasks.add,
    priorityOf: ports.priorityOf,
    cancel: ports.taskControl.cancel,
    watch,
    now,
  })
  const mcp = openMcp(config.llm.mcp, {
    access,
    files: store.files,
    filesKeptMs: config.limits.filesKeptMs,
    env: config.hostEnvironment,
    now,
    log,
  })
  const privates = new Set(config.channels.flatMap(({ id, allowPrivateUrls }) => (allowPrivateUrls ? [id] : [])))
  const someoneSees = config.llm.models.some(({ images }) => images === true)
  const pictures: PicturePorts = {
    fetch: mediaReader({
      channels,
      allowsPrivate: (channel) => privates.has(channel),
      readFile: ports.readFile,
    }),
    async quoted({ from }, messageId, signal) {
      // Nobody would look at it.
      if (!someoneSees) return []
      return channels.get(from.channel)?.can.quotes?.read(from, messageId, signal) ?? []
    },
    log,
  }
  return { mcp, tools: [commands, mcp.source], pictures }
}
