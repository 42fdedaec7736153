import type { Limit } from '../src/core/limit.ts'

/** Everything that can be set, checked and typed. Made once at start by `readConfig`; nobody else reads the environment. */
export interface Config {
  port: number
  host: string
  dataDir: string
  /** Undefined: the embedded store. */
  redisUrl: string | undefined
  adminPassword: string | undefined
  /** Bearer tokens of the HTTP API. */
  apiTokens: readonly string[]
  /** Person keys (`wecom:zhangsan`). */
  admins: readonly string[]
  sceneDirs: readonly string[]
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  timeZone: string
  lang: 'zh' | 'en'
  channels: readonly ChannelConfig[]
  lanes: Readonly<Record<string, LaneConfig>>
  /** A leading text that stands for a command: `{ "!": "demo echo" }`. */
  prefixes: Readonly<Record<string, string>>
  limits: {
    /** A callback's body, bytes. */
    bodyBytes: number
    /** What people send and commands make, kept for this long. */
    filesKeptMs: number
    /** Ended tasks; never under 24 h, the time a redelivery is recognised. */
    runsKeptMs: number
    /** A delivery that could not be sent for so long has expired. */
    deliveryKeptMs: number
    /** How long a stopping process lets running tasks end. */
    drainMs: number
    /** Between the abort and the kill of a command that does not obey. */
    graceMs: number
  }
  grants: readonly { subject: string; scene: string; command: string; validFrom?: number; validUntil?: number }[]
  /** What the hosts of commands may know of the environment: PATH, TZ, LANG, certificates. */
  hostEnvironment: Readonly<Record<string, string | undefined>>
  /** Platform simulators that the console may speak for, by channel id: `{ wecom: "http://127.0.0.1:8421" }`. */
  simulators: Readonly<Record<string, string>>
}

export interface LaneConfig {
  concurrency: number
  /** `process`: each slot is a child process with a memory limit, not a thread. */
  isolation: 'thread' | 'process'
  /** Memory a slot may use, MB. */
  memoryMb?: number
}

export type ChannelConfig = WecomAppConfig

export interface WecomAppConfig {
  platform: 'wecom-app'
  id: string
  corpId: string
  agentId: number
  secret: string
  token: string
  encodingAesKey: string
  apiBaseUrl: string
  replyWithinMs: number
  lang?: 'zh' | 'en'
  /** Overrides of what the outbox keeps below. */
  limits?: { account?: readonly Limit[]; chat?: readonly Limit[] }
  /** Files named by URL may also come from this machine and its network. */
  allowPrivateUrls?: boolean
}
