import type { OnSceneChange } from '../src/core/command/catalog.ts'
import type { Limit } from '../src/core/delivery/limit.ts'
import type { Address } from '../src/core/message/address.ts'
import type { Budgets } from '../src/core/model/budget.ts'

/** Everything that can be set, checked and typed. Made once at start by `readConfig`; nobody else reads the environment. */
export interface Config {
  port: number
  host: string
  dataDir: string
  /** Undefined: the embedded store. */
  redisUrl: string | undefined
  adminPassword: string | undefined
  /** Under which people reach us from outside: links to files are made with it. */
  publicUrl: string | undefined
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
    /** A file that a command fetches, bytes. */
    fetchedBytes: number
    /** A result that a command keeps for download, bytes. */
    keptBytes: number
    /** Ended tasks; never under 24 h, the time a redelivery is recognised. */
    runsKeptMs: number
    /** A delivery that could not be sent for so long has expired. */
    deliveryKeptMs: number
    /** How long a stopping process lets running tasks end. */
    drainMs: number
    /** Between the abort and the kill of a command that does not obey. */
    graceMs: number
    /** How long the claims of a killed process stand: after it, others take up what it had in hand. */
    leaseMs: number
    /** How long a send may take before its answer counts as lost, unless its channel says that it takes longer. */
    sendMs: number
  }
  grants: readonly { subject: string; scene: string; command: string; validFrom?: number; validUntil?: number }[]
  /** What the hosts of commands may know of the environment: PATH, TZ, LANG, certificates. */
  hostEnvironment: Readonly<Record<string, string | undefined>>
  /** Platform simulators that the console may speak for, by channel id: `{ wecom: "http://127.0.0.1:8421" }`. */
  simulators: Readonly<Record<string, string>>
  llm: LlmConfig
  /** What becomes of tasks with kept steps when their scene changes. */
  tasks: { readonly onSceneChange: OnSceneChange }
  /** Commands that come again and again, by name. */
  schedules: Readonly<Record<string, ScheduleConfig>>
  /** Commands may fetch files from this machine and its network too. */
  allowPrivateUrls: boolean
  /** What operators set for scenes, by the scene's name; only a scene's own schema knows what is right. May hold secrets. */
  scenes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface ScheduleConfig {
  when: string
  /** The command, as a person would write it. */
  run: string
  owner: { channel: string; id: string }
  /** Left out: the chat with its owner. */
  to?: Address
  timeZone?: string
  misfire: 'skip' | 'once' | 'all'
  overlap: 'skip' | 'queue' | 'both'
  pauseAfter: number
  lang?: 'zh' | 'en'
}

/** The models that commands may ask, all behind one OpenAI-compatible address. */
export interface LlmConfig {
  baseUrl?: string
  apiKey?: string
  models: readonly {
    name: string
    price?: { inputPerMillion: number; outputPerMillion: number }
    images?: boolean
    tools?: boolean
  }[]
  firstTokenMs: number
  wholeMs: number
  attempts: number
  memory: 'person' | 'chat'
  memoryTokens: number
  system?: string
  /** How often in a row a model may call tools. */
  toolRounds: number
  /** MCP servers by name. */
  mcp: Readonly<Record<string, McpServerConfig>>
  /** What falls out of the window is summarised by the model. */
  summary: boolean
  /** The preset of everybody who has chosen none. */
  preset?: string
  /** The folder of preset files. */
  presetDir: string
  /** After so long without an answer the person is told that it is on its way. */
  noticeAfterMs: number
  /** What may be used in a day. */
  budgets: Budgets
}

/** A program that is started, or an address. */
export type McpServerConfig = { timeoutMs: number } & (
  | { command: string; args: readonly string[]; env: Readonly<Record<string, string>>; cwd?: string }
  | { url: string; headers: Readonly<Record<string, string>> }
)

export interface LaneConfig {
  concurrency: number
  /** `process`: each slot is a child process with a memory limit, not a thread. */
  isolation: 'thread' | 'process'
  /** Memory a slot may use, MB. */
  memoryMb?: number
}

/** What every channel says of questions to models that come while an earlier one of the same person waits or is being answered. */
interface OverlapConfig {
  /** One after the other; what comes within `mergeMs` as one; or the newer in the place of the older. */
  overlap: 'queue' | 'merge' | 'interrupt'
  mergeMs: number
}

export type ChannelConfig = WecomAppConfig | OnebotConfig

/** QQ through an implementation of OneBot v11 (NapCat, Lagrange, go-cqhttp). */
export interface OnebotConfig extends OverlapConfig {
  platform: 'onebot'
  id: string
  /** What the implementation proves itself by, and we to it. */
  accessToken: string
  /** One that names no token at all may connect. */
  allowNoToken: boolean
  /** Forward WebSocket: we dial. */
  wsUrl?: string
  /** The HTTP pair: where its API listens, and the secret that its posted events are signed with. */
  httpUrl?: string
  httpSecret?: string
  /** Which of the bot's QQ numbers may connect; empty: any that has the token. */
  accounts: readonly string[]
  /** When to answer in groups. `default` for all that are not named by their number. */
  groups: Readonly<Record<string, OnebotGroupRule>>
  /** An answer longer than one message: several messages, or one merged forward. */
  longAnswers: 'split' | 'forward'
  /** People whose messages are not read: other bots. QQ numbers. */
  ignore: readonly string[]
  /** Messages that wait in memory while the store is away, since OneBot never sends again. */
  mostWaiting: number
  /** Groups whose last minutes are read again when an account connects, for what was said meanwhile. */
  catchUpGroups: readonly string[]
  /** The same for chats with friends; `all`: with each of them. */
  catchUpFriends: readonly string[] | 'all'
  /** Who may become a friend of the bot; left out: such requests are left to others. */
  friendRequests?: OnebotJoinRule
  /** Whose invitations into groups are taken. */
  groupInvites?: OnebotJoinRule
  lang?: 'zh' | 'en'
  /** The preset of those who have chosen none. */
  preset?: string
  limits?: { account?: readonly Limit[]; chat?: readonly Limit[] }
  /** Files named by URL may also come from this machine and its network. */
  allowPrivateUrls?: boolean
}

export interface OnebotGroupRule {
  /** Any of: a leading prefix, an @ of the bot, a reply to one of its messages, a keyword, everything. */
  answer: readonly ('prefix' | 'mention' | 'reply' | 'keyword' | 'all')[]
  /** Leading texts for `prefix`. */
  prefixes: readonly string[]
  /** Texts anywhere in the message for `keyword`, beside those that commands are called by. */
  keywords: readonly string[]
  /** Said to who joins, after a mention of them. */
  welcome?: string
  /** Requests to join. */
  join?: OnebotJoinRule
  /** Words that may not be said. */
  words: readonly OnebotWordRule[]
  /** Who says more messages than this is muted for a while. */
  flood?: { messages: number; withinMs: number; muteMs: number }
  /** People to whom `words` and `flood` do not apply. */
  exempt: readonly string[]
  /** The preset of those who have chosen none. */
  preset?: string
}

export interface OnebotJoinRule {
  /** A regular expression; an answer that it fits is approved. */
  answer?: string
  /** QQ numbers that are approved. */
  people: readonly string[]
  /** What becomes of all others: whoever was granted `group requests` is asked, they are rejected, or left to others. */
  otherwise: 'ask' | 'reject' | 'leave'
  reason?: string
  /** Where to ask: `g<group number>` or a QQ number. A request to join a group is asked there. */
  askIn?: string
}

export interface OnebotWordRule {
  words: readonly string[]
  patterns: readonly string[]
  do: readonly ('recall' | 'mute' | 'kick')[]
  muteMs: number
  say?: string
}

export interface WecomAppConfig extends OverlapConfig {
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
  /** The preset of those who have chosen none. */
  preset?: string
  /** Overrides of what the outbox keeps below. */
  limits?: { account?: readonly Limit[]; chat?: readonly Limit[] }
  /** Files named by URL may also come from this machine and its network. */
  allowPrivateUrls?: boolean
}
