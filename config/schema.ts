import { z } from 'zod'
import { accountSchema, platformOf } from '../src/channels/platforms.ts'
import { onSceneChangeSchema } from '../src/core/command/catalog.ts'
import { channelIdSchema } from '../src/core/message/address.ts'
import { readMoment } from '../src/core/schedule/moment.ts'
import { isTimeZone } from '../src/core/schedule/times.ts'
import { groupExample, personExample } from '../src/core/settings/examples.ts'
import { count, DAY_MS, HOUR_MS, httpUrl, list, number, SECOND_MS, text } from '../src/core/settings/pieces.ts'
import { langSchema } from '../src/core/text/lang.ts'
import { lanesSchema } from './lane-schema.ts'
import { llmSchema } from './llm-schema.ts'
import { schedulesSchema } from './schedule-schema.ts'

/*
 * The settings as they are written: in the file, or in the variables that stand for the same names. Every sentence here
 * is read by an operator, so it says what to do; none repeats a value, which may be a secret. Descriptions are shown by
 * editors.
 */

const person = text
  .regex(/^[a-z][a-z0-9-]*:.+$/i, `must be channel:person, such as ${personExample}`)
  .transform((key) => key.toLowerCase())

/**
 * Readable in any zone: the zone is another setting and may be wrong at the same time. Not `30d` from now, which would
 * move with each start.
 */
const moment = text.refine(
  (value) => /^\d{4}-/.test(value) && readMoment(value, 'UTC', 0) !== undefined,
  'must be 2026-12-31, 2026-12-31 18:00 or 2026-12-31T18:00:00+08:00',
)

const grant = z
  .strictObject({
    person: person.optional().describe(`channel:person, such as ${personExample}.`),
    group: text
      .regex(/^[a-z][a-z0-9-]*:.+$/i, `must be channel:chat, such as ${groupExample}`)
      .transform((key) => key.toLowerCase())
      .optional()
      .describe('channel:chat. `chat_id`, said in the group, tells it.'),
    scene: text.describe('A scene, or * for all of them.'),
    command: text.default('*').describe('One command of the scene; * for all.'),
    from: moment.optional().describe('First moment, in `timeZone` unless it names another.'),
    until: moment.optional().describe('When it ends; a date alone still counts as a whole.'),
  })
  .refine((value) => isObject(value) && 'person' in value !== 'group' in value, {
    error: 'needs either person or group, and not both',
    when: ({ value }) => isObject(value),
  })

const settings = z.strictObject({
  port: count(0, 65535).default(8420).describe('HTTP port. Variable: PORT.'),
  host: text.default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all. Variable: HOST.'),
  dataDir: text.default('./data').describe('Where the embedded store keeps its files. Variable: DATA_DIR.'),
  redisUrl: text
    .refine(
      (value) => ['redis:', 'rediss:'].includes(URL.parse(value)?.protocol ?? ''),
      'must be redis://[user:password@]host[:port][/number], or rediss:// for TLS; percent-encode special characters in the password',
    )
    .optional()
    .describe('Redis 7 or newer; without it the embedded store is used. Variable: REDIS_URL.'),
  adminPassword: text
    .optional()
    .describe(
      'Password of the console; without it one is made at first start and shown once. Variable: ADMIN_PASSWORD.',
    ),
  publicUrl: httpUrl('https://huitou.example.com')
    .optional()
    .describe('Under which people reach this server: with it, files can be opened by a link. Variable: PUBLIC_URL.'),
  allowPrivateUrls: z
    .boolean()
    .default(false)
    .describe('Commands may also fetch files by URL from this machine and its network.'),
  apiTokens: list(
    z
      .string()
      .min(16, {
        error: 'has fewer than 16 characters, which can be guessed: make one with `openssl rand -hex 32`',
        abort: true,
      })
      .regex(/^[A-Za-z0-9._~+/=-]+$/, 'must be letters, digits and ._~+/=- only'),
  )
    .default([])
    .describe('Bearer tokens of the HTTP API. Variable: API_TOKENS, separated by commas.'),
  admins: list(person)
    .default([])
    .describe('People who may use everything and grant to others. Variable: ADMINS, separated by commas.'),
  sceneDirs: list(text)
    .default(['scenes', 'src/scenes'])
    .describe('Folders searched for scenes, the first one wins. Variable: SCENE_DIRS, separated by commas.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Variable: LOG_LEVEL.'),
  timeZone: text
    .refine(isTimeZone, 'must be a time zone such as Asia/Shanghai or UTC')
    .optional()
    .describe("Dates in grants and times of schedules are in this zone. The machine's own when not set. Variable: TZ."),
  lang: langSchema.default('zh').describe('The language of people and channels that have not chosen one.'),
  channels: z.array(accountSchema).default([]).superRefine(refuseTwins).describe('Accounts on platforms.'),
  lanes: lanesSchema,
  prefixes: z
    .record(z.string().regex(/^\S{1,16}$/, 'a prefix is 1 to 16 characters without a space'), text)
    .default({ '#': 'chat ask' })
    .describe('A leading text that stands for a command: { "!": "demo echo" }.'),
  llm: llmSchema.describe('The models that commands may ask.'),
  limits: z
    .strictObject({
      bodyBytes: count(1024, 64 * 1024 * 1024)
        .default(1024 * 1024)
        .describe("A callback's body at most."),
      filesKeptMs: count(HOUR_MS, 3650 * DAY_MS)
        .default(7 * DAY_MS)
        .describe('How long files that people send and commands make are kept.'),
      fetchedBytes: count(1024, 64 * 1024 ** 3)
        .default(2 * 1024 ** 3)
        .describe('The largest file that a command may fetch.'),
      keptBytes: count(1024, 256 * 1024 * 1024)
        .default(64 * 1024 * 1024)
        .describe('The largest result that a command may keep for download.'),
      runsKeptMs: number(
        z
          .number()
          .int()
          .min(
            DAY_MS,
            `must be at least ${DAY_MS} (24 h): a message that a platform sends again is recognised by its kept task`,
          )
          .max(3650 * DAY_MS),
      )
        .default(7 * DAY_MS)
        .describe('How long ended tasks are kept; 24 h at least.'),
      deliveryKeptMs: count(60 * SECOND_MS, 7 * DAY_MS)
        .default(DAY_MS)
        .describe('After so long an answer that could not be sent has expired.'),
      drainMs: count(0, HOUR_MS)
        .default(10 * SECOND_MS)
        .describe('How long a stopping process lets running tasks end.'),
      graceMs: count(0, 60 * SECOND_MS)
        .default(3 * SECOND_MS)
        .describe('Between the abort and the kill of a command that does not obey.'),
      leaseMs: count(SECOND_MS, 60 * SECOND_MS)
        .default(10 * SECOND_MS)
        .describe('How soon others take up what a killed process had in hand. The same in every process.'),
      sendMs: count(SECOND_MS, 60 * SECOND_MS)
        .default(15 * SECOND_MS)
        .describe('How long a send may take before its answer counts as lost.'),
    })
    .prefault({})
    .describe('Sizes and times.'),
  tasks: z
    .strictObject({
      onSceneChange: onSceneChangeSchema
        .default('finish')
        .describe(
          'What becomes of tasks that are under way or wait when the files of their scene change. finish: they finish on the files they began with. stop: they stop, and their people are told. continue: they go on with the new files.',
        ),
    })
    .prefault({})
    .describe('How tasks are treated.'),
  grants: z.array(grant).default([]).describe('Who may use what, beside the grants given in chat or by the API.'),
  schedules: schedulesSchema.describe(
    'Commands that come again and again, beside those that people and the dashboard make.',
  ),
  scenes: z
    .record(text.regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u, "is no scene's name"), z.record(z.string(), z.unknown()))
    .default({})
    .describe(
      'Settings of scenes, by their names: { picture: { url: "…" } }. Checked by each scene when it is loaded.',
    ),
  simulators: z
    .record(channelIdSchema, httpUrl('http://127.0.0.1:8421'))
    .default({})
    .describe('Platform simulators the console may speak for, by channel id.'),
})
export const settingsSchema = settings.superRefine(refuseMisplaced)
export type Settings = z.output<typeof settingsSchema>

/** What only the platform of an account knows to be wrong where this process listens. */
function refuseMisplaced({ host, channels }: z.output<typeof settings>, context: z.RefinementCtx) {
  for (const [index, account] of channels.entries()) {
    for (const { setting, text: message } of platformOf(account).misplaced?.(account, { host }) ?? []) {
      context.addIssue({ code: 'custom', path: ['channels', index, setting], message })
    }
  }
}

function refuseTwins(channels: readonly { id: string }[], context: z.RefinementCtx) {
  for (const [index, { id }] of channels.entries()) {
    if (channels.findIndex((other) => other.id === id) < index) {
      context.addIssue({
        code: 'custom',
        path: [index, 'id'],
        message: 'is the id of an earlier channel too: give each its own',
      })
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
