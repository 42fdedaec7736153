import { z } from 'zod'
import { count, httpUrl, number, text } from '../../core/settings/pieces.ts'
import { accountId, commonSettings } from '../settings.ts'

/** A self-built app (自建应用), as it is written in the file. */
export const wecomAppSettings = z.strictObject({
  platform: z.literal('wecom-app').describe('A self-built app of WeCom (企业微信自建应用).'),
  id: accountId.describe(
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
  ...commonSettings,
})

export type WecomAppConfig = z.output<typeof wecomAppSettings>
