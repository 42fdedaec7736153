import { RejectedError } from '../../core/errors.ts'
import type { Address } from '../../core/message/address.ts'
import type { ChatAction } from '../../core/message/chat-action.ts'
import type { Action } from './types.ts'

/**
 * A mute lasts so long at most: https://github.com/botuniverse/onebot-11/blob/master/api/public.md#set_group_ban-群组单人禁言
 */
const LONGEST_MUTE_S = 30 * 24 * 3_600

/** The implementation's action for ours. Throws RejectedError where there is none. */
export function actionFor(action: ChatAction, at: Address): Action {
  if (action.kind === 'recall') return { action: 'delete_msg', params: { message_id: action.messageId } }
  if (action.kind === 'answer-request') return answerTo(action)
  if (at.chatKind !== 'group') throw new RejectedError(`onebot: ${action.kind} is for groups`)
  const group_id = at.chat.replace(/^g/i, '')
  switch (action.kind) {
    case 'mute': {
      // Seconds, and whole ones: less than one would lift it.
      const duration = action.forMs === 0 ? 0 : Math.min(LONGEST_MUTE_S, Math.max(1, Math.round(action.forMs / 1_000)))
      return { action: 'set_group_ban', params: { group_id, user_id: action.person, duration } }
    }
    case 'mute-all':
      return { action: 'set_group_whole_ban', params: { group_id, enable: action.isMuted } }
    case 'kick':
      return {
        action: 'set_group_kick',
        params: { group_id, user_id: action.person, reject_add_request: action.forGood ?? false },
      }
    case 'set-card':
      return { action: 'set_group_card', params: { group_id, user_id: action.person, card: action.card } }
    case 'set-title': {
      const params = { group_id, user_id: action.person, special_title: action.title, duration: -1 }
      return { action: 'set_group_special_title', params }
    }
  }
}

/** `flag` goes back letter for letter; go-cqhttp and Lagrange fail without the right `sub_type`. */
function answerTo({ request, isApproved, note }: ChatAction & { kind: 'answer-request' }): Action {
  const { flag, type, sub_type } = request
  if (flag === undefined) throw new RejectedError('onebot: the request has no flag')
  if (type === 'friend') return { action: 'set_friend_add_request', params: { flag, approve: isApproved } }
  const reason = isApproved || note === undefined ? {} : { reason: note }
  return { action: 'set_group_add_request', params: { flag, sub_type, type: sub_type, approve: isApproved, ...reason } }
}
