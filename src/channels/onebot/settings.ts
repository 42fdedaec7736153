import { z } from 'zod'
import { count, httpUrl, list, text } from '../../core/settings/pieces.ts'
import { accountId, commonSettings } from '../settings.ts'
import { friendRequests, groupInvites, groupRule, qqNumber } from './group-settings.ts'

const wsUrl = text
  .refine(
    (value) => ['ws:', 'wss:'].includes(URL.parse(value)?.protocol ?? ''),
    'must be a ws or wss URL such as ws://127.0.0.1:3001',
  )
  .describe('Where the implementation listens for us (正向 WebSocket). Left out: it dials us at /in/<id>.')

/** QQ through an implementation of OneBot v11, as it is written in the file. */
export const onebotSettings = z
  .strictObject({
    platform: z
      .literal('onebot')
      .describe('QQ through NapCat, Lagrange, go-cqhttp or another implementation of OneBot v11.'),
    id: accountId.describe(
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
    ...commonSettings,
  })
  .refine((value) => (value.httpUrl === undefined) === (value.httpSecret === undefined), {
    error:
      'needs httpUrl and httpSecret together: without the one nothing can be answered, without the other nothing can be believed',
    path: ['httpSecret'],
  })

export type OnebotConfig = z.output<typeof onebotSettings>
export type GroupRule = z.output<typeof groupRule>
export type WordRule = GroupRule['words'][number]
/** What becomes of requests: approved when the answer fits or the person is named; else as `otherwise` says. */
export type JoinRule = z.output<typeof friendRequests>
