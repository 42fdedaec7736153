import { hash } from 'node:crypto'
import type { Delivery, Receipt } from '../../core/delivery/delivery.ts'
import { RejectedError } from '../../core/errors.ts'
import type { Answer, WecomClient } from '../wecom/client.ts'
import { errcodeOf } from '../wecom/errcodes.ts'
import { bodyOf, type MessageBody, mediaBodyOf } from './body.ts'
import { faultOf } from './faults.ts'
import type { MediaUploads } from './media.ts'

export interface Sender {
  agentId: number
  client: WecomClient
  uploads: MediaUploads
  now(): number
}

/**
 * As `Channel.send` promises. A lost answer is an UnsureError that may be repeated: WeCom shows the same request once.
 */
export async function send(
  { agentId, client, uploads, now }: Sender,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Receipt> {
  const { part } = delivery
  const post = (body: MessageBody) => client.post('message/send', requestOf(delivery, agentId, body), signal)
  let answer: Answer
  if ('media' in part) {
    const uploaded = await uploads.of(delivery, part, signal)
    answer = await post(mediaBodyOf(uploaded, part))
    if (errcodeOf(answer.errcode).kind === 'reupload' && part.media.source !== 'platform') {
      answer = await post(mediaBodyOf(await uploads.of(delivery, part, signal, uploaded), part))
    }
  } else {
    answer = await post(bodyOf(part, delivery.id))
  }
  if (answer.errcode !== 0) throw faultOf(answer, `delivery ${delivery.id}`)
  return receiptOf(answer, delivery, now())
}

const SHORTEST_S = 600
const LONGEST_S = 4 * 3600

/** The same for the same delivery, byte for byte. */
function requestOf(delivery: Delivery, agentId: number, body: MessageBody): Record<string, unknown> {
  // WeCom drops a request whose JSON equals an earlier one's within the interval. That makes a repeat after a lost
  // answer harmless, but would also swallow a second "done" that was meant. The interval is part of the JSON: made from
  // the delivery's id, it is the same in a repeat of one delivery and (but for one pair in 13 800) another in the next,
  // whose text may then be the same.
  const spread = Number.parseInt(hash('sha256', delivery.id, 'hex').slice(0, 8), 16) % (LONGEST_S - SHORTEST_S)
  return {
    touser: delivery.to.chat,
    agentid: agentId,
    ...body,
    enable_duplicate_check: 1,
    duplicate_check_interval: SHORTEST_S + spread,
  }
}

/** WeCom answers ok as long as anybody was reached, and names those who were not, in lower case. */
function receiptOf(answer: Answer, delivery: Delivery, sentAt: number): Receipt {
  const lost = new Set([answer.invaliduser, answer.unlicenseduser].flatMap(named))
  const receivers = delivery.to.chat.split('|')
  const missed = receivers.filter((id) => lost.has(id.toLowerCase()))
  if (missed.length === receivers.length) {
    throw new RejectedError(`wecom: delivery ${delivery.id}: no such member, or outside the app's visible range`)
  }
  return {
    platformMessageId: typeof answer.msgid === 'string' ? answer.msgid : undefined,
    sentAt,
    note: missed.length > 0 ? `not reached: ${missed.join(', ')}` : undefined,
  }
}

function named(ids: unknown): string[] {
  return typeof ids === 'string' ? ids.toLowerCase().split('|') : []
}
