import type { Settings } from './schema.ts'

/**
 * Everything that can be set, checked and typed: the settings as their schema gives them, and what is computed from
 * them. Made once at start by `readConfig`; nobody else reads the environment.
 */
export interface Config extends Omit<Settings, 'grants'> {
  /** The machine's own where none is set. */
  timeZone: string
  grants: readonly ConfiguredGrant[]
  /** What the hosts of commands may know of the environment: PATH, TZ, LANG, certificates. */
  hostEnvironment: Readonly<Record<string, string | undefined>>
}

/** A grant of the file, its dates as moments. */
interface ConfiguredGrant {
  subject: string
  scene: string
  command: string
  validFrom?: number
  validUntil?: number
}
