import type { ApiPorts } from '../ports.ts'
import { keptSide } from './kept-side.ts'
import type { ConsoleChat } from './shapes.ts'
import type { Side } from './side.ts'
import { simulatedSide } from './simulated-side.ts'

/** Every channel that the console can speak on. */
export type Sides = ReadonlyMap<string, Side>

export function sidesOf(ports: ApiPorts): Sides {
  const simulated = Object.entries(ports.config.simulators).map(([channel, url]): [string, Side] => {
    const platform = ports.channels.find(({ id }) => id === channel)?.platform ?? channel
    const title = ports.platformTitle(platform) ?? { zh: platform, en: platform }
    return [channel, simulatedSide(channel, { platform, title }, url, ports)]
  })
  return new Map([['console', keptSide(ports)], ...simulated])
}

/** All chats; a simulator that is away has none. */
export async function chatsOf(sides: Sides, log: ApiPorts['log']): Promise<ConsoleChat[]> {
  const lists = [...sides].map(([channel, side]) =>
    side.chats().catch((error: unknown) => {
      log.warn({ channel, err: error }, 'simulator not reached')
      return []
    }),
  )
  return (await Promise.all(lists)).flat()
}
