import { CONTROL_LANE } from '../queues/tasks.ts'
import { mediaReader } from '../src/channels/media.ts'
import type { PicturePorts } from '../src/engine/llm/pictures.ts'
import { commandTools } from '../src/engine/llm/tools/command-tools.ts'
import { type Mcp, openMcp } from '../src/engine/llm/tools/mcp/mcp.ts'
import type { ToolSource } from '../src/engine/llm/tools/toolbox.ts'
import type { TaskWatch } from '../src/engine/task-watch.ts'
import type { Installation } from '../src/installation.ts'

/** Lanes without fair share: their tasks take a moment. */
const QUICK_LANES: ReadonlySet<string> = new Set([CONTROL_LANE, 'short'])

/** What models may call and see, in this process. */
export function openModelPorts(
  installation: Installation,
  watch: TaskWatch,
): { mcp: Mcp; tools: ToolSource[]; pictures: PicturePorts } {
  const { config, log, store, channels, access, now } = installation
  const commands = commandTools({
    store,
    catalog: installation.catalog,
    lanes: new Set(Object.keys(config.lanes)),
    access,
    enqueue: installation.tasks.add,
    tagOf: async (lane, owner) => (QUICK_LANES.has(lane) ? 0 : store.shares.tag(lane, owner)),
    cancel: installation.desk.cancel,
    watch,
    now,
  })
  const mcp = openMcp(config.llm.mcp, {
    access,
    files: store.files,
    filesKeptMs: config.limits.filesKeptMs,
    now,
    log,
  })
  const privates = new Set(config.channels.flatMap(({ id, allowPrivateUrls }) => (allowPrivateUrls ? [id] : [])))
  const someoneSees = config.llm.models.some(({ images }) => images === true)
  const pictures: PicturePorts = {
    fetch: mediaReader({
      channels,
      allowsPrivate: (channel) => privates.has(channel),
      readFile: installation.readFile,
    }),
    async quoted({ from }, messageId, signal) {
      // Nobody would look at it.
      if (!someoneSees) return []
      return channels.get(from.channel)?.quoted?.(from, messageId, signal) ?? []
    },
    log,
  }
  return { mcp, tools: [commands, mcp.source], pictures }
}
