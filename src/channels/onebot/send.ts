import type { Delivery } from '../../core/delivery/delivery.ts'
import { RejectedError, UnavailableError } from '../../core/errors.ts'
import type { ChannelPorts } from '../channel.ts'
import { forwardAction, forwardTexts, messageAction, uploadAction, withoutReferences } from './actions.ts'
import { faultOf, isDone, saysMuted } from './faults.ts'
import { asBase64, loadMedia, uploadMs } from './media.ts'
import { mutedFault, readOwnMembership } from './mutes.ts'
import { CALL_MS, type Routes } from './routes.ts'
import type { OnebotConfig } from './settings.ts'
import { type Action, type Answer, isMedia, sentSchema } from './types.ts'

/** A question on the side. */
const INFO_MS = 5_000

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
  ports: Pick<ChannelPorts, 'readFile' | 'now'>,
  routes: Pick<Routes, 'call'>,
  signal: AbortSignal,
): Promise<Sent> {
  if (signal.aborted) throw new UnavailableError('onebot: given up before it was sent')
  const { to } = delivery
  const { account } = to
  const { action, timeoutMs } = await actionOf(delivery, config, ports, signal)

  async function call(each: Action): Promise<Answer> {
    const answer = await routes.call(account, each, timeoutMs, signal)
    if (to.chatKind === 'group' && saysMuted(answer)) throw await whyMuted(to.chat.replace(/^g/i, ''))
    return answer
  }

  /** QQ does not say until when; what it knows of the account in the group does. */
  async function whyMuted(group: string): Promise<Error> {
    const action = { action: 'get_group_member_info', params: { group_id: group, user_id: account, no_cache: true } }
    const member =
      account === undefined ? undefined : await routes.call(account, action, INFO_MS, signal).catch(() => undefined)
    return mutedFault(group, readOwnMembership(member?.data).mutedUntil, ports.now())
  }

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
  const timeoutMs = Math.max(CALL_MS, uploadMs(bytes.length))
  const file = asBase64(bytes)
  const action = part.kind === 'file' ? uploadAction({ ...delivery, part }, file, name) : messageAction(delivery, file)
  return { action, timeoutMs }
}
