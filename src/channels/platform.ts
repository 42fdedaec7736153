import type { z } from 'zod'
import type { Address } from '../core/message/address.ts'
import type { Bilingual } from '../core/text/lang.ts'
import type { Capability, Channel, ChannelPorts } from './channel.ts'
import type { AccountSettings } from './settings.ts'

/** The schema of an account, as it is written in the file. */
export type AccountSchema = z.ZodType<AccountSettings>

/**
 * All that the house knows of a platform. It is data, and functions that load the platform's code only when they are
 * called: the settings are read by processes that open no channel. Adding a platform is its folder, its line in
 * `platforms.ts` and its simulator.
 */
export interface Platform<Schema extends AccountSchema = AccountSchema> {
  /** As `platform:` names it in the settings. */
  readonly name: string
  /** As people call it. */
  readonly title: Bilingual
  readonly settings: Schema
  readonly environment: AccountVariables<Schema>
  readonly guide: Guide
  /** What its channels can. One whose settings leave something out has less. */
  readonly can: readonly Capability[]
  /** What is wrong with an account where this process listens; each names the setting. */
  misplaced?(account: z.output<Schema>, at: { host: string }): { setting: string; text: string }[]
  /** Presets that the account gives below itself, such as those of a group. */
  readonly presets?: {
    /** For this place, the nearest first. */
    in(account: z.output<Schema>, at: Address): (string | undefined)[]
    all(account: z.output<Schema>): (string | undefined)[]
  }
  /** Opens an account. Throws SetupError when a setting cannot be right. */
  open(account: z.output<Schema>, ports: ChannelPorts): Promise<Channel>
  /** Looks at what an account needs, at the platform too. For `doctor`. */
  examine(account: z.output<Schema>): Promise<Finding[]>
}

/** One account straight from the environment. */
export interface AccountVariables<Schema extends AccountSchema = AccountSchema> {
  /** The id of the channel they make. */
  readonly id: string
  /** Without all of these there is no channel. Each variable stands for a setting. */
  readonly needs: Readonly<Record<string, keyof z.output<Schema> & string>>
  /** These it takes besides. */
  readonly takes: Readonly<Record<string, keyof z.output<Schema> & string>>
}

/** How an account is set up, for people. */
export interface Guide {
  /** The page that tells all of it. */
  readonly page: string
  /** What to do, one after the other. `{in}` is the path of the channel's callbacks and sockets. */
  readonly steps: readonly Bilingual[]
}

/** One thing that was looked at: fine, or what is wrong and what to do. */
export interface Finding {
  readonly what: string
  readonly wrong?: string
}

/** Checks a platform where it is written; its schema stays known. */
export function definePlatform<Schema extends AccountSchema>(platform: Platform<Schema>): Platform<Schema> {
  return platform
}
