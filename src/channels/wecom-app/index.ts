import { SetupError } from '../../core/errors.ts'
import type { Channel, ChannelPorts, Inbound, InboundRequest, MediaFile } from '../channel.ts'
import { wecomClient } from '../wecom/client.ts'
import { wecomCrypto } from '../wecom/crypto.ts'
import { openCallback } from '../wecom/verify.ts'
import { faultOf } from './faults.ts'
import { mediaUploads } from './media.ts'
import { parse } from './parse.ts'
import { passiveReply } from './reply.ts'
import { type Sender, send } from './send.ts'
import type { WecomAppConfig } from './settings.ts'
import { splitParts } from './split.ts'

const MINUTE_MS = 60_000

/** What leaves within a minute may arrive within less: one that took long on its way comes in beside the next. */
const ON_THE_WAY_MS = 2_000

/**
 * Below WeCom's own: 30 a minute and 1000 an hour to one member, beyond which messages vanish with errcode 0;
 * 10 000 calls a minute for the corp, of which uploads and other apps want some.
 */
const limits: Channel['limits'] = {
  account: [{ count: 9000, windowMs: MINUTE_MS }],
  chat: [
    { count: 28, windowMs: MINUTE_MS + ON_THE_WAY_MS },
    { count: 950, windowMs: 60 * MINUTE_MS },
  ],
}

/**
 * A self-built app of a corp: one-to-one conversations with its members. Throws SetupError when a setting cannot be
 * right.
 */
export function wecomApp(config: WecomAppConfig, ports: ChannelPorts): Channel {
  if (config.corpId === '') throw new SetupError(`channel ${config.id}: the corp id is missing`)
  if (config.secret === '') throw new SetupError(`channel ${config.id}: the app's secret is missing`)
  if (!Number.isSafeInteger(config.agentId)) throw new SetupError(`channel ${config.id}: the agent id must be a number`)
  const { corpId, agentId, token, encodingAesKey } = config
  const crypto = wecomCrypto({ token, encodingAesKey, receiveId: corpId })
  const client = wecomClient(config, ports)
  const uploads = mediaUploads(client, ports, config.allowPrivateUrls ?? false)
  const sender: Sender = { agentId, client, uploads, now: () => ports.now() }
  let trouble: { since: number; why: string } | undefined

  function receive(request: InboundRequest): Inbound {
    const opened = openCallback(crypto, request)
    if (opened.kind === 'payload') return parse(opened.text, config, ports.now())
    // The text alone, without quotes or a line break: else the URL cannot be saved.
    return { kind: 'handshake', ack: { status: 200, body: opened.text, headers: { 'content-type': 'text/plain' } } }
  }

  async function download(mediaId: string, signal: AbortSignal): Promise<MediaFile> {
    const answer = await client.download(mediaId, signal)
    if (answer.file === undefined) throw faultOf(answer, 'a file that was sent')
    return answer.file
  }

  return {
    id: config.id,
    platform: 'wecom-app',
    limits: {
      account: config.limits?.account ?? limits.account,
      chat: config.limits?.chat ?? limits.chat,
    },
    can: {
      callbacks: { receive },
      passiveReply: {
        withinMs: config.replyWithinMs,
        replyTo: (message, part) => passiveReply(crypto, corpId, message, part, ports.now()),
      },
      idempotentSends: true,
      media: { download },
    },

    split: splitParts,

    async send(delivery, signal) {
      try {
        const receipt = await send(sender, delivery, signal)
        trouble = undefined
        return receipt
      } catch (error) {
        if (error instanceof SetupError) trouble ??= { since: ports.now(), why: error.message }
        throw error
      }
    },

    down: () => trouble,
  }
}
