import { readCodes } from './cq.ts'
import { type CallAnswer, type Flavour, failed } from './flavour.ts'
import { History } from './history.ts'
import { Mutes } from './mutes.ts'
import { Shelf } from './shelf.ts'
import { type Account, botName, type Group, type Notice, type Said, type Segment, type Word } from './simulator.ts'

/** The account and what it knows: its groups and friends, what was said, and what its actions did. */
export class Qq implements Account {
  readonly inbox: Said[] = []
  readonly calls: { action: string; params: Record<string, unknown> }[] = []
  readonly selfId: string
  readonly files = new Shelf()
  isOnline = true
  readonly #flavour: Flavour
  readonly #groups: readonly Group[]
  readonly #friends: readonly { id: string; name: string }[]
  /** Messages by their id, of both sides. */
  readonly #known = new Map<string, { chat: string; from: string | undefined; segments: Segment[] }>()
  readonly #listeners = new Set<(said: Said) => void>()
  readonly #wordListeners = new Set<(word: Word) => void>()
  readonly #noticeListeners = new Set<(notice: Notice) => void>()
  readonly history: History
  readonly mutes = new Mutes()
  readonly #left = new Set<string>()
  #said: number

  constructor(
    selfId: string,
    flavour: Flavour,
    groups: readonly Group[],
    friends: readonly { id: string; name: string }[],
    format: 'array' | 'string',
    saidBefore = 0,
  ) {
    this.history = new History(format)
    this.#said = saidBefore
    this.selfId = selfId
    this.#flavour = flavour
    this.#groups = groups.map((group) => ({ ...group, members: [...group.members] }))
    this.#friends = friends
  }

  get groups(): readonly Group[] {
    return this.#groups.map((group) => ({
      ...group,
      members: group.members.filter(({ id }) => !this.hasLeft(group.id, id)),
    }))
  }

  hasLeft(group: string, person: string): boolean {
    return this.#left.has(`${group} ${person}`)
  }

  leave(group: string, person: string): void {
    this.#left.add(`${group} ${person}`)
  }

  join(group: string, person: string): void {
    this.#left.delete(`${group} ${person}`)
    const members = this.#groups.find(({ id }) => id === group)?.members
    if (!members?.some(({ id }) => id === person)) members?.push({ id: person, name: this.nameOf(person) })
  }

  get friends(): readonly { id: string; name: string }[] {
    return this.#friends
  }

  /** Keeps what somebody said and gives it its id. `from` undefined: the bot, by that action. */
  remember(chat: Said['chat'], from: string | undefined, segments: Segment[], action?: string): number {
    const name = 'group' in chat ? chat.group : chat.person
    const messageId = this.#flavour.messageId(++this.#said, name)
    this.#known.set(String(messageId), { chat: name, from, segments })
    const word: Word = { messageId: String(messageId), at: Date.now(), chat, from, segments, action }
    for (const listener of this.#wordListeners) listener(word)
    return messageId
  }

  known(messageId: string): { chat: string; from: string | undefined; segments: Segment[] } | undefined {
    return this.#known.get(messageId)
  }

  /** Takes a message back; false when there is none. */
  forget(messageId: string): boolean {
    return this.#known.delete(messageId)
  }

  roleOf(group: string, person: string): 'owner' | 'admin' | 'member' {
    const { members = [], botRole } = this.#groups.find(({ id }) => id === group) ?? {}
    const role = members.find(({ id }) => id === person)?.role ?? 'member'
    return person === this.selfId ? (botRole ?? role) : role
  }

  maySpeak(group: string, person: string): boolean {
    return !this.hasLeft(group, person) && this.mutes.maySpeak(group, person, this.roleOf(group, person))
  }

  nameOf(person: string, group?: string): string {
    if (person === this.selfId) return botName
    const members = this.#groups.find(({ id }) => id === group)?.members
    return (members ?? this.#friends).find(({ id }) => id === person)?.name ?? `person ${person}`
  }

  onWord(listener: (word: Word) => void): () => void {
    this.#wordListeners.add(listener)
    return () => this.#wordListeners.delete(listener)
  }

  /** Tells a group what has happened in it; a private chat is told nothing. */
  tell(group: string, text: string): void {
    if (!this.#groups.some(({ id }) => id === group)) return
    for (const listener of this.#noticeListeners) listener({ at: Date.now(), group, text })
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.#noticeListeners.add(listener)
    return () => this.#noticeListeners.delete(listener)
  }

  onSaid(listener: (said: Said) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  act(action: string, params: Record<string, unknown>): CallAnswer {
    this.calls.push({ action, params })
    const text = (key: string): string => (params[key] === undefined ? '' : String(params[key]))
    switch (action) {
      case 'send_group_msg':
        return this.#say(action, { group: text('group_id') }, params.message)
      case 'send_private_msg':
        return this.#say(action, { person: text('user_id') }, params.message)
      case 'send_group_forward_msg':
      case 'send_private_forward_msg': {
        const nodes = Array.isArray(params.messages) ? (params.messages as { data?: { content?: unknown } }[]) : []
        const content = nodes.flatMap((node) => readMessage(node.data?.content) ?? [])
        const chat = action === 'send_group_forward_msg' ? { group: text('group_id') } : { person: text('user_id') }
        return content.length === 0 ? failed(1400, 'messages') : this.#say(action, chat, content)
      }
      case 'upload_group_file':
      case 'upload_private_file': {
        const chat = action === 'upload_group_file' ? { group: text('group_id') } : { person: text('user_id') }
        return this.#say(action, chat, [{ type: 'file', data: { file: text('file'), name: text('name') } }])
      }
      case 'get_image':
      case 'get_record':
      case 'get_file': {
        const file = this.files.find(text('file'))
        return file === undefined
          ? failed(1200, '文件不存在')
          : ok({ file: text('file'), file_name: file.name, base64: file.bytes.toString('base64') })
      }
      case 'get_login_info':
        return ok({ user_id: Number(this.selfId), nickname: 'bot' })
      case 'get_status':
        return ok({ online: this.isOnline, good: true })
      case 'get_version_info':
        return ok({ app_name: 'onebot-simulator', app_version: '1', protocol_version: 'v11' })
      case 'get_group_msg_history':
        return ok({ messages: this.history.last(`g${text('group_id')}`, Number(params.count ?? 20)) })
      case 'get_friend_msg_history':
        if (!this.#flavour.hasFriendHistory) return this.#flavour.unknownAction(action)
        return ok({ messages: this.history.last(text('user_id'), Number(params.count ?? 20)) })
      case 'get_friend_list':
        return ok(this.#friends.map(({ id, name }) => ({ user_id: Number(id), nickname: name })))
      case 'get_group_member_info': {
        const [group, person] = [text('group_id'), text('user_id')]
        return ok({
          group_id: Number(group),
          user_id: Number(person),
          nickname: this.nameOf(person, group),
          role: this.roleOf(group, person),
          shut_up_timestamp: this.mutes.shutUpTimestamp(group, person),
        })
      }
      case 'get_msg': {
        const known = this.#known.get(text('message_id'))
        return known === undefined
          ? failed(1200, '消息不存在')
          : ok({ message_id: Number(text('message_id')), message: known.segments })
      }
      default:
        return this.#flavour.unknownAction(action)
    }
  }

  #say(action: string, chat: Said['chat'], message: unknown): CallAnswer {
    if (!this.isOnline) return failed(1200, 'the account is offline')
    const segments = readMessage(message)
    if (segments === undefined || Object.values(chat).includes('')) return failed(1400, 'a parameter is missing')
    if ('group' in chat && this.#groups.length > 0 && !this.#groups.some(({ id }) => id === chat.group)) {
      return failed(this.#flavour.isStrict ? 110 : 1200, 'not in this group')
    }
    if ('group' in chat && !this.maySpeak(chat.group, this.selfId)) return this.#flavour.muted
    if (this.#flavour.isStrict && !hasTextsAlone(message)) return failed(1400)
    const quoted = segments.find(({ type }) => type === 'reply')?.data.id
    if (quoted !== undefined && this.#flavour.isStrict && !this.#known.has(quoted)) return failed(200)
    if (segments.some(({ type, data }) => type === 'at' && data.qq === '1')) return failed(1200, 'Get Uid Error')

    const messageId = this.remember(chat, undefined, segments, action)
    const said: Said = {
      messageId: String(messageId),
      at: Date.now(),
      action,
      chat,
      segments,
      text: segments.map(({ type, data }) => (type === 'text' ? (data.text ?? '') : '')).join(''),
      repliesTo: quoted,
    }
    const isForward = action.endsWith('forward_msg')
    this.history.keep('group' in chat ? `g${chat.group}` : chat.person, {
      time: Math.floor(said.at / 1_000),
      self_id: Number(this.selfId),
      post_type: 'message_sent',
      message_type: 'group' in chat ? 'group' : 'private',
      message_id: messageId,
      user_id: Number(this.selfId),
      ...('group' in chat && { group_id: Number(chat.group) }),
      segments: isForward ? [{ type: 'forward', data: { id: String(messageId) } }] : segments,
      sender: { user_id: Number(this.selfId), nickname: 'bot' },
    })
    this.inbox.push(said)
    for (const listener of this.#listeners) listener(said)
    return ok({ message_id: messageId })
  }
}

function ok(data: unknown): CallAnswer {
  return { status: 'ok', retcode: 0, data }
}

/** A message may be a text with codes, one segment, or a list of them. */
function readMessage(message: unknown): Segment[] | undefined {
  if (typeof message === 'string') return readCodes(message)
  if (typeof message !== 'object' || message === null) return undefined
  // The caller's own JSON, read as leniently as the real ones do.
  const list = (Array.isArray(message) ? message : [message]) as { type?: unknown; data?: Record<string, unknown> }[]
  return list.map(({ type, data }) => ({
    type: String(type),
    data: Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, String(value)])),
  }))
}

function hasTextsAlone(message: unknown): boolean {
  if (!Array.isArray(message)) return true
  return message.every((segment: { data?: object }) =>
    Object.values(segment.data ?? {}).every((value) => typeof value === 'string'),
  )
}
