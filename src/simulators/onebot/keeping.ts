import { type CallAnswer, type Flavour, failed } from './flavour.ts'
import type { Qq } from './qq.ts'
import type { RequestAnswer } from './simulator.ts'

/** Order in the groups: who is muted, named or gone, and requests that wait for an answer. */
export interface Keeping {
  /** Undefined: not one of its actions. */
  act(action: string, params: Record<string, unknown>): CallAnswer | undefined
  /** Somebody asks; the flag of the request. */
  ask(request: { person: string; comment: string; group?: string; kind?: 'add' | 'invite' }): string
  readonly answers: readonly RequestAnswer[]
}

type Emit = (event: Record<string, unknown>) => void

const done: CallAnswer = { status: 'ok', retcode: 0, data: null }

export function openKeeping(qq: Qq, flavour: Flavour, emit: Emit): Keeping {
  const { selfId } = qq
  const gone = new Set<string>()
  const requests = new Map<string, { type: 'friend' | 'group'; sub: string; person: string; group?: string }>()
  const answers: RequestAnswer[] = []
  let asked = 0

  /** What QQ says to a bot that may not; undefined when it may. */
  function refusal(group: string, person: string | undefined): CallAnswer | undefined {
    const rank = { owner: 2, admin: 1, member: 0 }
    const own = rank[qq.roleOf(group, selfId)]
    const isAbove = person === undefined || own > rank[qq.roleOf(group, person)]
    const isThere = qq.groups.some(({ id }) => id === group) && !gone.has(`${group} ${person}`)
    if (own > 0 && isAbove && isThere) return undefined
    return failed(flavour.isStrict ? 200 : flavour.format === 'string' ? 100 : 1200, 'ERR_NOT_GROUP_ADMIN')
  }

  function notice(type: string, fields: Record<string, unknown>): void {
    emit({ post_type: 'notice', notice_type: type, operator_id: Number(selfId), ...fields })
  }

  function carryOut(action: string, params: Record<string, unknown>): CallAnswer | undefined {
    const text = (key: string): string => String(params[key] ?? '')
    const [group, person] = [text('group_id'), text('user_id')]
    switch (action) {
      case 'set_group_ban': {
        const refused = refusal(group, person)
        if (refused !== undefined) return refused
        const seconds = Number(params.duration ?? 0)
        qq.mutes.mute(group, person, seconds)
        notice('group_ban', {
          sub_type: seconds === 0 ? 'lift_ban' : 'ban',
          group_id: Number(group),
          user_id: Number(person),
          duration: seconds,
        })
        return done
      }
      case 'set_group_whole_ban': {
        const refused = refusal(group, undefined)
        if (refused !== undefined) return refused
        const isMuted = params.enable === true || params.enable === 'true'
        qq.mutes.muteAll(group, isMuted)
        notice('group_ban', {
          sub_type: isMuted ? 'ban' : 'lift_ban',
          group_id: Number(group),
          user_id: 0,
          duration: isMuted ? -1 : 0,
        })
        return done
      }
      case 'set_group_kick': {
        const refused = refusal(group, person)
        if (refused !== undefined) return refused
        gone.add(`${group} ${person}`)
        notice('group_decrease', { sub_type: 'kick', group_id: Number(group), user_id: Number(person) })
        return done
      }
      case 'set_group_card':
      case 'set_group_special_title':
        return refusal(group, undefined) ?? done
      case 'delete_msg':
        return qq.forget(text('message_id')) ? done : failed(flavour.isStrict ? 200 : 1200, '消息不存在')
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
          notice('group_increase', joined)
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
  }
}

/** Whether the kind of a request has to be named rightly; NapCat does not look at it. */
function looksAtKind({ isStrict, format }: Flavour): boolean {
  return isStrict || format === 'string'
}
