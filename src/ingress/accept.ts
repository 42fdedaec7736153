import type { Catalog } from '../core/command/catalog.ts'
import { commandFor, readCommand } from '../core/command/command.ts'
import { happeningOf } from '../core/command/happening.ts'
import type { Message } from '../core/message/message.ts'
import type { Route, Task } from '../core/task/task.ts'

export interface AcceptPorts {
  catalog(): Catalog
  /** A leading text that stands for a command. */
  prefixes: Readonly<Record<string, string>>
  /** The lane of what names no command. */
  defaultLane: string
  /** The lanes there are; a command of another waits in `fallbackLane`. */
  lanes: ReadonlySet<string>
  fallbackLane: string
  /** The fair-share priority of the sender's next task in a lane. */
  share(lane: string, message: Message): Promise<number>
  /** The ordering key by which a lane's tasks are done one at a time; undefined where they need none. */
  orderingKeyOf(lane: string, message: Message): string | undefined
}

/** The task a message becomes: reading its text decides command and lane. The same message is the same task. */
export async function taskOf(message: Message, ports: AcceptPorts): Promise<Task> {
  const catalog = ports.catalog()
  const route = routeOf(message, catalog, ports.prefixes)
  const entry =
    route &&
    catalog.scenes.find(({ name }) => name === route.scene)?.commands.find(({ name }) => name === route.command)
  const lane = entry === undefined ? ports.defaultLane : ports.lanes.has(entry.lane) ? entry.lane : ports.fallbackLane
  return {
    id: message.id,
    lane,
    route,
    message,
    priority: await ports.share(lane, message),
    orderingKey: ports.orderingKeyOf(lane, message),
  }
}

function routeOf(message: Message, catalog: Catalog, prefixes: AcceptPorts['prefixes']): Route | undefined {
  const happened = happeningOf(message)
  if (happened === undefined) return readCommand(message.text, catalog, prefixes)
  // Whoever adds the bot is told what there is, without having to know how to ask.
  return commandFor(happened.name, catalog) ?? (happened.name === 'subscribe' ? help : undefined)
}

const help: Route = { scene: '', command: 'help', rest: '' }
