import { type CallAnswer, type Flavour, failed } from './flavour.ts'
import { notices } from './notices.ts'
import type { Qq } from './qq.ts'
import { botName, type RequestAnswer } from './simulator.ts'

/** Order in the groups: who is muted, named or gone, and requests that wait for an answer. */
export interface Keeping {
  /** Undefined: not one of its actions. */
  act(action: string, params: Record<string, unknown>): CallAnswer | undefined
  /** Somebody asks; the flag of the request. */
  ask(request: { person: string; comment: string; group?: string; kind?: 'add' | 'invite' }): string
  /** The group's owner takes the word from a person or from `all`; 0 seconds give it back. */
  mute(group: string, person: string, seconds: number): void
  readonly answers: readonly RequestAnswer[]
}

type Emit = (event: Record<string, unknown>) => void

const done: CallAnswer = { status: 'ok', retcode: 0, data: null }

export function openKeeping(qq: Qq, flavour: Flavour, emit: Emit): Keeping {
  const bot = { id: qq.selfId, name: botName }
  const requests = new Map<string, { type: 'friend' | 'group'; sub: string; person: string; group?: string }>()
  const answers: RequestAnswer[] = []
  let asked = 0

  /** What QQ says to a bot that may not; undefined when it may. */
  function refusal(group: string, person: string | undefined): CallAnswer | undefined {
    const rank = { owner: 2, admin: 1, member: 0 }
    const own = rank[qq.roleOf(group, bot.id)]
    const isAbove = person === undefined || own > rank[qq.roleOf(group, person)]
    const isThere = qq.groups.some(({ id }) => id === group) && !(person !== undefined && qq.hasLeft(group, person))
    if (own > 0 && isAbove && isThere) return undefined
    return failed(flavour.isStrict ? 200 : flavour.format === 'string' ? 100 : 1200, 'ERR_NOT_GROUP_ADMIN')
  }

  function notice(type: string, fields: Record<string, unknown>): void {
    emit({ post_type: 'notice', notice_type: type, operator_id: Number(bot.id), ...fields })
  }

  function mute(group: string, person: string, seconds: number, by = { id: '10000', name: '群主' }): void {
    const isAll = person === 'all'
    if (isAll) qq.mutes.muteAll(group, seconds !== 0)
    else qq.mutes.mute(group, person, seconds)
    notice('group_ban', {
      sub_type: seconds === 0 ? 'lift_ban' : 'ban',
      group_id: Number(group),
      operator_id: Number(by.id),
      user_id: isAll ? 0 : Number(person),
      duration: isAll && seconds !== 0 ? -1 : seconds,
    })
    qq.tell(
      group,
      isAll ? notices.mutedAll(seconds !== 0, by.name) : notices.muted(qq.nameOf(person, group), seconds, by.name),
    )
  }

  function carryOut(action: string, params: Record<string, unknown>): CallAnswer | undefined {
    const text = (key: string): string => String(params[key] ?? '')
    const [group, person] = [text('group_id'), text('user_id')]
    switch (action) {
      case 'set_group_ban': {
        const refused = refusal(group, person)
        if (refused !== undefined) return refused
        mute(group, person, Number(params.duration ?? 0), bot)
        return done
      }
      case 'set_group_whole_ban': {
        const refused = refusal(group, undefined)
        if (refused !== undefined) return refused
        const isMuted = params.enable === true || params.enable === 'true'
        mute(group, 'all', isMuted ? -1 : 0, bot)
        return done
      }
      case 'set_group_kick': {
        const refused = refusal(group, person)
        if (refused !== undefined) return refused
        qq.leave(group, person)
        notice('group_decrease', { sub_type: 'kick', group_id: Number(group), user_id: Number(person) })
        qq.tell(group, notices.kicked(qq.nameOf(person, group), bot.name))
        return done
      }
      case 'set_group_card':
      case 'set_group_special_title': {
        const refused = refusal(group, undefined)
        if (refused !== undefined) return refused
        const isCard = action === 'set_group_card'
        const says = isCard ? notices.named : notices.titled
        qq.tell(group, says(qq.nameOf(person, group), text(isCard ? 'card' : 'special_title'), bot.name))
        return done
      }
      case 'delete_msg': {
        const taken = qq.known(text('message_id'))
        if (taken === undefined) return failed(flavour.isStrict ? 200 : 1200, '消息不存在')
        qq.forget(text('message_id'))
        qq.tell(taken.chat, notices.recalled(qq.nameOf(taken.from ?? bot.id, taken.chat), bot.name))
        return done
      }
      case 'set_friend_add_request':
      case 'set_group_add_request': {
        const flag = text('flag')
        const request = requests.get(flag)
        const type = action === 'set_friend_add_request' ? 'friend' : 'group'
        const isMixedUp = type === 'group' && looksAtKind(flavour) && text('sub_type') !== request?.sub
        if (request === undefined || request.type !== type || isMixedUp)
          return failed(flavour.isStrict ? 200 : 1200, 'No such request')
        requests.delete(flag)
        const isApproved = params.approve !== false && params.approve !== 'false'
        answers.push({ flag, isApproved, reason: params.reason === undefined ? undefined : text('reason') })
        if (isApproved && request.group !== undefined && request.sub === 'add') {
          const joined = { sub_type: 'approve', group_id: Number(request.group), user_id: Number(request.person) }
          qq.join(request.group, request.person)
          notice('group_increase', joined)
          qq.tell(request.group, notices.joined(qq.nameOf(request.person)))
        }
        return done
      }
      default:
        return undefined
    }
  }

  return {
    act(action, params) {
      const answer = carryOut(action, params)
      if (answer !== undefined) qq.calls.push({ action, params })
      return answer
    },
    ask({ person, comment, group, kind = 'add' }) {
      const flag = `${1_790_000_000_000 + ++asked}`
      const type = group === undefined ? 'friend' : 'group'
      requests.set(flag, { type, sub: group === undefined ? '' : kind, person, group })
      emit({
        post_type: 'request',
        request_type: type,
        ...(group !== undefined && { sub_type: kind, group_id: Number(group) }),
        user_id: Number(person),
        comment,
        flag,
      })
      return flag
    },
    answers,
    mute,
  }
}

/** Whether the kind of a request has to be named rightly; NapCat does not look at it. */
function looksAtKind({ isStrict, format }: Flavour): boolean {
  return isStrict || format === 'string'
}
