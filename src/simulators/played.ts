import type { Bilingual } from '../core/text/lang.ts'

/** A platform in small that a whole Huitou is connected to, to be tried without an account. */
export interface Played {
  /** As the settings name it. */
  platform: string
  /** The channel that its variables make. */
  channel: string
  /** The variables that lead there. */
  environment: Readonly<Record<string, string>>
  /** Who of its people may use everything, as the channel knows them. */
  admins: readonly string[]
  /** Where it is spoken for, see `core/simulated.ts`. */
  controlUrl: string
  /** A chat worth a look. */
  show?: { title: Bilingual; chat: string }
  /** Has it reach the Huitou that listens at this address. */
  connect(huitouUrl: string): void
  close(): Promise<void>
}
