import { mediaReader } from '../channels/media.ts'
import type { PicturePorts } from '../engine/llm/pictures.ts'
import { commandTools } from '../engine/llm/tools/command-tools.ts'
import { type Mcp, openMcp } from '../engine/llm/tools/mcp/mcp.ts'
import type { ToolSource } from '../engine/llm/tools/toolbox.ts'
import type { TaskWatch } from '../engine/waiting/task-watch.ts'
import type { Installation } from './installation.ts'

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
    tagOf: installation.tagOf,
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
