import { z } from 'zod'
import { channelIdSchema } from '../src/core/message/address.ts'
import { presetNameSchema } from '../src/core/model/preset.ts'
import { langSchema } from '../src/core/text/lang.ts'
import { friendRequests, groupInvites, groupRule, qqNumber } from './onebot-schema.ts'
import { count, DAY_MS, httpUrl, list, number, text } from './pieces.ts'

/* One account on a platform, as it is written in the file. */

/** Ids that mean something else: the web console, callers of the HTTP API, and what a group's grants begin with. */
const takenIds = ['console', 'api', 'group']

const channelId = channelIdSchema.refine(
  (id) => !takenIds.includes(id),
  'is a name Huitou uses itself: choose another id',
)

const limit = z.strictObject({ count: count(1, 1_000_000), windowMs: count(1, 30 * DAY_MS) })

const limits = z
  .strictObject({ account: z.array(limit).optional(), chat: z.array(limit).optional() })
  .describe(
    'At most `count` sends in any `windowMs`: for the whole account, and for each chat. Instead of the built-in ones.',
  )

const allowPrivateUrls = z
  .boolean()
  .describe(
    'true: files named by an address may also come from this machine and its network. Only where you trust all who write.',
  )
const preset = presetNameSchema.optional().describe('The preset of conversations that have chosen none.')
/** On every platform the same. */
const overlap = {
  overlap: z
    .enum(['queue', 'merge', 'interrupt'])
    .default('queue')
    .describe(
      'Questions to a model while an earlier one of the same person waits or is being answered: queue, one after the other; merge, what comes within mergeMs is one question; interrupt, the newer takes the place of the older.',
    ),
  mergeMs: count(100, 60_000)
    .default(3_000)
    .describe('For `overlap: merge`: how long a question waits for more of it.'),
}

const wecomAppSchema = z.strictObject({
  platform: z.literal('wecom-app').describe('A self-built app of WeCom (企业微信自建应用).'),
  id: channelId.describe(
    'Your name for it: part of the callback address (/in/<id>) and of every person key (<id>:zhangsan).',
  ),
  corpId: text.describe('我的企业 → 企业信息 → 企业ID.'),
  agentId: number(z.number("must be the number shown as AgentId on the app's page").int().positive()).describe(
    'AgentId on the page of the app.',
  ),
  secret: text.describe('Secret on the page of the app.'),
  token: text
    .regex(/^[A-Za-z0-9]{1,32}$/, 'must be 1 to 32 letters and digits: copy Token from 接收消息 → API 接收')
    .describe('Token under 接收消息 → API 接收.'),
  encodingAesKey: text
    .regex(/^[A-Za-z0-9]{43}$/, 'must be 43 letters and digits: copy EncodingAESKey from 接收消息 → API 接收')
    .describe('EncodingAESKey under 接收消息 → API 接收.'),
  apiBaseUrl: httpUrl('https://qyapi.weixin.qq.com')
    .default('https://qyapi.weixin.qq.com')
    .describe("WeCom's API, or a proxy in front of it whose address is a trusted IP (企业可信IP)."),
  replyWithinMs: count(0, 4000)
    .default(1500)
    .describe(
      'How long a callback may wait for the answer of a short command, so that it rides on the acknowledgement. WeCom hangs up after 5000.',
    ),
  lang: langSchema.optional().describe('The language of people who have not chosen one.'),
  preset,
  ...overlap,
  limits: limits.optional(),
  allowPrivateUrls: allowPrivateUrls.optional(),
})

const wsUrl = text
  .refine(
    (value) => ['ws:', 'wss:'].includes(URL.parse(value)?.protocol ?? ''),
    'must be a ws or wss URL such as ws://127.0.0.1:3001',
  )
  .describe('Where the implementation listens for us (正向 WebSocket). Left out: it dials us at /in/<id>.')

const onebotSchema = z
  .strictObject({
    platform: z
      .literal('onebot')
      .describe('QQ through NapCat, Lagrange, go-cqhttp or another implementation of OneBot v11.'),
    id: channelId.describe(
      'Your name for it: part of the address it dials (/in/<id>) and of every person key (<id>:10001).',
    ),
    accessToken: text
      .min(8, 'has fewer than 8 characters, which can be guessed: make one with `openssl rand -hex 16`')
      .describe('The access token, the same here and there.'),
    allowNoToken: z
      .boolean()
      .default(false)
      .describe(
        'Lets an implementation in that dials without any token. Only where HOST is an address of this machine or its own network.',
      ),
    wsUrl: wsUrl.optional(),
    httpUrl: httpUrl('http://127.0.0.1:3000')
      .optional()
      .describe("Where the implementation's HTTP API listens. Needs httpSecret."),
    httpSecret: text
      .min(8, 'has fewer than 8 characters, which can be guessed')
      .optional()
      .describe('The secret its posted events are signed with. Needs httpUrl.'),
    accounts: list(qqNumber).default([]).describe("The bots' own QQ numbers; empty: any that has the token."),
    groups: z
      .record(z.string().regex(/^(default|\d{5,12})$/, 'must be a group number, or default'), groupRule)
      .default({})
      .describe('When to answer in groups and how to keep order there: by group number, `default` for all others.'),
    friendRequests: friendRequests.optional(),
    groupInvites: groupInvites.optional(),
    longAnswers: z
      .enum(['split', 'forward'])
      .default('split')
      .describe('An answer too long for one message: several messages, or one merged forward (合并转发).'),
    ignore: list(qqNumber).default([]).describe('People whose messages are not read, such as other bots.'),
    mostWaiting: count(0, 1_000_000)
      .default(10_000)
      .describe('Messages that wait in memory while the store is away; beyond it the newest are refused with a word.'),
    catchUpGroups: list(qqNumber)
      .default([])
      .describe('Groups whose last ten minutes are read again when an account connects, for what was said meanwhile.'),
    catchUpFriends: z
      .union([z.literal('all'), list(qqNumber)])
      .default([])
      .describe('The same for chats with friends: their QQ numbers, or all. Not with go-cqhttp.'),
    lang: langSchema.optional().describe('The language of people who have not chosen one.'),
    preset,
    ...overlap,
    limits: limits.optional(),
    allowPrivateUrls: allowPrivateUrls.optional(),
  })
  .refine((value) => (value.httpUrl === undefined) === (value.httpSecret === undefined), {
    error:
      'needs httpUrl and httpSecret together: without the one nothing can be answered, without the other nothing can be believed',
    path: ['httpSecret'],
  })

export const channelSchema = z.discriminatedUnion(
  'platform',
  [wecomAppSchema, onebotSchema],
  'must be one of: wecom-app, onebot',
)
