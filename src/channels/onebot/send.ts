import type { Delivery } from '../../core/delivery.ts'
import { RejectedError, UnavailableError } from '../../core/errors.ts'
import type { ChannelPorts } from '../channel.ts'
import { forwardAction, forwardTexts, messageAction, uploadAction, withoutReferences } from './actions.ts'
import { faultOf, isDone } from './faults.ts'
import { asBase64, loadMedia } from './media.ts'
import { CALL_MS, type Routes } from './routes.ts'
import { type Action, type MediaPart, type OnebotConfig, sentSchema } from './types.ts'

/** NapCat gives uploads ten seconds and what their size takes at 256 KB/s. */
const UPLOAD_MS = 10_000
const UPLOAD_BYTES_PER_MS = 256

export interface Sent {
  /** The account that said it, as far as the delivery tells. */
  account: string
  /** Not every action gives one. */
  messageId?: string
}

/** Sends a delivery. Throws as `Channel.send` does. */
export async function sendDelivery(
  delivery: Delivery,
  config: OnebotConfig,
  ports: Pick<ChannelPorts, 'readFile'>,
  routes: Routes,
  signal: AbortSignal,
): Promise<Sent> {
  if (signal.aborted) throw new UnavailableError('onebot: given up before it was sent')
  const { account } = delivery.to
  const { action, timeoutMs } = await actionOf(delivery, config, ports, signal)
  const call = (each: Action) => routes.call(account, each, timeoutMs, signal)

  let answer = await call(action)
  if (!isDone(answer)) {
    const fault = faultOf(answer, `delivery ${delivery.id}`)
    // Lagrange refuses a message whose quote it does not know, NapCat one that mentions somebody it does not know.
    const plain = fault instanceof RejectedError ? withoutReferences(action) : undefined
    if (plain === undefined) throw fault
    answer = await call(plain)
    if (!isDone(answer)) throw faultOf(answer, `delivery ${delivery.id}`)
  }
  const sent = sentSchema.safeParse(answer.data)
  return { account: account ?? '', messageId: sent.data?.message_id }
}

async function actionOf(
  delivery: Delivery,
  config: OnebotConfig,
  ports: Pick<ChannelPorts, 'readFile'>,
  signal: AbortSignal,
): Promise<{ action: Action; timeoutMs: number }> {
  const texts = forwardTexts(delivery)
  if (texts !== undefined)
    return { action: forwardAction(delivery, texts, delivery.to.account ?? ''), timeoutMs: CALL_MS }
  const { part } = delivery
  if (!isMedia(part)) return { action: messageAction(delivery), timeoutMs: CALL_MS }
  const { bytes, name } = await loadMedia(part, ports, config.allowPrivateUrls ?? false, signal)
  const timeoutMs = Math.max(CALL_MS, UPLOAD_MS + bytes.length / UPLOAD_BYTES_PER_MS)
  const file = asBase64(bytes)
  const action = part.kind === 'file' ? uploadAction({ ...delivery, part }, file, name) : messageAction(delivery, file)
  return { action, timeoutMs }
}

function isMedia(part: Delivery['part']): part is MediaPart {
  return part.kind === 'image' || part.kind === 'file' || part.kind === 'voice' || part.kind === 'video'
}
