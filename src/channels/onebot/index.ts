import type { WebSocket } from 'ws'
import { SetupError } from '../../core/errors.ts'
import type { Message } from '../../core/message/message.ts'
import { whyOf } from '../../core/text/why.ts'
import type { Channel, ChannelPorts, Inbound, InboundRequest } from '../channel.ts'
import { openAccounts } from './accounts.ts'
import { actionFor } from './act.ts'
import { askAccount, keepDialling } from './dial.ts'
import { downloadFile } from './download.ts'
import { faultOf, isDone } from './faults.ts'
import { readFrame } from './frame.ts'
import { missedIn } from './history.ts'
import { type Link, openLink } from './link.ts'
import { lookUp } from './look-up.ts'
import { mediaMs } from './media.ts'
import { type Mute, openMutes, readOwnMembership } from './mutes.ts'
import { openOrder } from './order.ts'
import { ownMessages } from './own-messages.ts'
import { parse, type Read } from './parse.ts'
import { quotedParts } from './quoted.ts'
import { CALL_MS, openRoutes } from './routes.ts'
import { sendDelivery } from './send.ts'
import type { OnebotConfig } from './settings.ts'
import { splitParts } from './split.ts'
import { isMedia } from './types.ts'
import { type Proof, verifyPost, verifySocket } from './verify.ts'

/** QQ tells no limits and freezes who talks too much: a safe start. */
const limits: Channel['limits'] = {
  account: [{ count: 20, windowMs: 60_000 }],
  chat: [{ count: 1, windowMs: 1_000 }],
}

/** QQ through an implementation of OneBot v11. Throws SetupError when it could prove nothing. */
export function onebot(config: OnebotConfig, ports: ChannelPorts): Channel {
  if (config.accessToken === '') throw new SetupError(`channel ${config.id}: the access token is missing`)
  const { now, log } = ports
  const accounts = openAccounts(now)
  const own = ownMessages()
  const order = openOrder(config)
  const mutes = openMutes(now)
  const routes = openRoutes(config, accounts, mutes, ports)
  /** Accounts whose chats are being read again: what they say meanwhile comes after it. */
  const catchingUp = new Map<string, Promise<void>>()
  /** The newest word on who may speak where, while what it means is asked. */
  const newestMutes = new Map<string, Mute>()
  let onMessage: ((message: Message) => Promise<void>) | undefined
  let dialling: { since: number; why: string } | undefined

  function read(frame: Record<string, unknown>, { account, repeatsIds }: Proof): Read {
    return parse(frame, {
      config,
      now: now(),
      account,
      repeatsIds,
      isOurs: (id) => own.has(account, id),
      isBound: ports.isBound,
      isTriggered: ports.isTriggered,
      order,
    })
  }

  function give(message: Message): void {
    if (onMessage === undefined) log.warn({ channel: config.id }, 'a message came before anybody listens')
    onMessage?.(message).catch((error: unknown) => {
      log.error({ channel: config.id, messageId: message.id, error: whyOf(error) }, 'a message was not taken')
    })
  }

  /** What a frame means for the connection; a message is handed on. */
  function take(frame: Record<string, unknown>, link: Link): void {
    const found = read(frame, link)
    const { account } = link
    switch (found.kind) {
      case 'message': {
        const before = catchingUp.get(account)
        if (before === undefined) give(found.message)
        else void before.then(() => give(found.message))
        return
      }
      case 'heartbeat':
        link.beat(found.intervalMs)
        if (found.isOnline !== undefined) accounts.setOnline(account, found.isOnline, 'its heartbeats say so')
        return
      case 'mute':
        void noteMute(account, found.mute)
        return
      case 'account':
        accounts.setOnline(account, found.isOnline, found.why)
        return
      case 'ignored':
        log.info({ channel: config.id, why: found.why }, 'event ignored')
        return
      case 'bad':
        log.warn({ channel: config.id, account, why: found.why }, 'event passed over')
    }
  }

  /**
   * What is to be said in the group waits as long; lifted, it goes out at once. Whether we are among those who are
   * silent is asked before anything is held: a send that was refused in between would be put off after the chat was
   * opened again.
   */
  async function noteMute(account: string, mute: Mute): Promise<void> {
    const { group, who, forMs } = mute
    log.info({ channel: config.id, account, group, who, forMs }, 'the right to speak in a group changed')
    const key = `${account} ${group} ${who}`
    newestMutes.set(key, mute)
    const isFree = forMs === 0 || (who === 'all' && (await isAdmin(account, group)))
    // Changed again while we asked.
    if (newestMutes.get(key) !== mute) return
    newestMutes.delete(key)
    mutes.note(account, isFree ? { ...mute, forMs: 0 } : mute)
    if (!isFree) return
    await ports.reopen(config.id, `g${group}`).catch((error: unknown) => {
      log.warn({ channel: config.id, group, error: whyOf(error) }, 'what waits for a group goes out later')
    })
  }

  /** A mute of the whole group leaves its admins their word. */
  async function isAdmin(account: string, group: string): Promise<boolean> {
    const action = { action: 'get_group_member_info', params: { group_id: group, user_id: account } }
    const answer = await routes.call(account, action, CALL_MS).catch(() => undefined)
    return readOwnMembership(answer?.data).isAdmin
  }

  /** Takes what was said while nobody was connected. */
  async function catchUp(link: Link): Promise<void> {
    for (const frame of await missedIn(config, link.account, link.calls, now(), log)) {
      const found = read(frame, link)
      if (found.kind === 'message') give(found.message)
    }
  }

  function connect(socket: WebSocket, proof: Proof): Link {
    const link: Link = openLink(socket, proof, {
      event: (frame) => take(frame, link),
      closed() {
        accounts.remove(link)
        routes.left(proof.account)
        log.info({ channel: config.id, account: proof.account }, 'an implementation is gone')
      },
      log,
    })
    accounts.add(link)
    if (proof.role !== 'event') {
      routes.came(proof.account)
      const caughtUp = catchUp(link)
        .catch((error: unknown) => {
          log.warn({ account: proof.account, error: whyOf(error) }, 'what was said meanwhile is not all taken')
        })
        .finally(() => {
          if (catchingUp.get(proof.account) === caughtUp) catchingUp.delete(proof.account)
        })
      catchingUp.set(proof.account, caughtUp)
    }
    log.info({ channel: config.id, account: proof.account, role: proof.role }, 'an implementation is connected')
    return link
  }

  /** Takes a socket that we opened; resolves when it has ended. */
  async function takeDialled(socket: WebSocket): Promise<void> {
    try {
      const { account, early } = await askAccount(socket)
      if (config.accounts.length > 0 && !config.accounts.includes(account)) {
        throw new SetupError(`onebot: account ${account} is not configured`)
      }
      dialling = undefined
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      connect(socket, { account, role: 'universal', repeatsIds: false })
      for (const data of early) socket.emit('message', data, false)
      await closed
    } catch (error) {
      socket.terminate()
      throw error
    }
  }

  /** An event that is posted. */
  function receive(request: InboundRequest): Inbound {
    const account = verifyPost(request, config)
    // Any JSON would be a quick operation, so nothing is said.
    const ack = { status: 204 }
    const frame = readFrame(request.body.toString())
    if (frame === undefined) return { kind: 'ignored', why: 'it is no JSON object', ack }
    const found = read(frame, {
      account,
      role: 'event',
      repeatsIds: /lagrange/i.test(request.headers['user-agent'] ?? ''),
    })
    if (found.kind === 'message') return { ...found, ack }
    if (found.kind === 'mute') void noteMute(account, found.mute)
    return { kind: 'ignored', why: 'why' in found ? found.why : 'a heartbeat', ack }
  }

  async function listen(take: (message: Message) => Promise<void>, signal: AbortSignal): Promise<void> {
    onMessage = take
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    if (config.wsUrl !== undefined) {
      const failed = (error: Error): void => {
        dialling ??= { since: now(), why: error.message }
        log.warn({ channel: config.id, error: error.message }, 'the implementation cannot be reached')
      }
      void keepDialling(config, { use: takeDialled, failed }, signal)
    }
    await stopped
    accounts.closeAll()
  }

  return {
    id: config.id,
    platform: 'onebot',
    limits: { account: config.limits?.account ?? limits.account, chat: config.limits?.chat ?? limits.chat },
    can: {
      callbacks: config.httpSecret === undefined ? undefined : { receive },
      sockets: {
        admit(request) {
          const proof = verifySocket(request, config)
          return (socket) => void connect(socket, proof)
        },
      },
      listening: { listen },
      waitingRoom: { most: config.mostWaiting },
      actions: {
        async act(action, at, signal) {
          const answer = await routes.call(at.account, actionFor(action, at), CALL_MS, signal)
          if (!isDone(answer)) throw faultOf(answer, action.kind)
        },
      },
      lookUp: {
        async find(delivery, doubt, signal) {
          const found = await lookUp(delivery, doubt, { routes, now: now() }, signal)
          const messageId = found.state === 'sent' ? found.receipt.platformMessageId : undefined
          if (messageId !== undefined) own.add(delivery.to.account ?? '', messageId)
          return found
        },
      },
      slowSends: { sendMs: ({ part }) => (isMedia(part) ? mediaMs(part) : 0) },
      media: { download: (mediaId, signal) => downloadFile(mediaId, config, routes, signal) },
      quotes: { read: (to, messageId, signal) => quotedParts(routes, to, messageId, signal) },
    },

    split: (parts) => splitParts(parts, config.longAnswers),

    async send(delivery, signal) {
      const sent = await sendDelivery(delivery, config, ports, routes, signal)
      if (sent.messageId !== undefined) own.add(sent.account, sent.messageId)
      return { platformMessageId: sent.messageId, sentAt: now() }
    },

    down() {
      const down = accounts.down()
      if (config.httpUrl !== undefined && config.wsUrl === undefined) return routes.httpDown()
      return down && { since: down.since, why: dialling?.why ?? down.why }
    },
  }
}
