import type { Catalog } from './catalog.ts'
import { commandText } from './entries.ts'

/** The commands that want a lane which there is not, in words. */
export function lanelessCommands({ scenes }: Catalog, lanes: ReadonlySet<string>): string[] {
  return scenes.flatMap(({ name, file, commands }) =>
    commands
      .filter(({ lane }) => name !== '' && !lanes.has(lane))
      .map((command) => `${file}: ${commandText(name, command.name)} wants the lane "${command.lane}"`),
  )
}
