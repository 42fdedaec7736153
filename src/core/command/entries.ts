import type { Catalog, CommandEntry } from './catalog.ts'

/** The definition of a command; built-in ones are the scene without a name. */
export function findEntry(catalog: Catalog, scene: string, command: string): CommandEntry | undefined {
  return catalog.scenes.find((entry) => entry.name === scene)?.commands.find((entry) => entry.name === command)
}

/** A command as people write it. */
export function commandText(scene: string, command: string): string {
  return scene === '' ? command : `${scene} ${command}`
}
