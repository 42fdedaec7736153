import type { AddressInfo } from 'node:net'
import { makeApi } from './api.ts'
import { CallCounters } from './calls.ts'
import { makeControl } from './control.ts'
import { Conversation } from './conversation.ts'
import type { Corp, Credentials } from './corp.ts'
import { Courier } from './courier.ts'
import { Dispatch } from './dispatch.ts'
import { contentTypeOf, MediaShelf } from './media.ts'
import { Members } from './members.ts'
import { Misbehaviours } from './misbehaviour.ts'
import { MemberQuota } from './quota.ts'
import { makeRandom, type Random } from './random.ts'
import type { WecomSimulator, WecomSimulatorOptions } from './simulator.ts'
import { Tokens } from './tokens.ts'

export type { InboxEntry } from './conversation.ts'
export type { Credentials } from './corp.ts'
export type { Prepared } from './courier.ts'
export type { Delivered } from './dispatch.ts'
export type { WecomSimulator, WecomSimulatorOptions } from './simulator.ts'

/** Starts WeCom in small on 127.0.0.1; resolves once it listens. */
export async function startWecomSimulator(options: WecomSimulatorOptions = {}): Promise<WecomSimulator> {
  const random = makeRandom(options.seed)
  const corp = foundCorp(options, random, () => dispatch.hasCallback)
  const courier = new Courier(corp.credentials, random, corp.now)
  const { timeoutMs = 5000, redeliveries = 3, redeliverAfterMs = 1000, redeliverOnStatus = true } = options
  const dispatch = new Dispatch(corp, courier, { timeoutMs, redeliveries, redeliverAfterMs, redeliverOnStatus })
  if (options.callbackUrl !== undefined) dispatch.setCallback(options.callbackUrl)

  const { conversation, quotaOverruns } = corp
  const misbehaviours = new Misbehaviours(random)
  const calls = new CallCounters()
  const server = makeApi({ corp, misbehaviours, calls, control: (...request) => control(...request) })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo

  const simulator: WecomSimulator = {
    url: `http://127.0.0.1:${port}`,
    credentials: corp.credentials,
    get members() {
      return corp.members.all()
    },
    setCallback: (url) => dispatch.setCallback(url),
    verifyUrl: () => dispatch.verifyUrl(),
    say: (from, text, how) => dispatch.deliver('text', { from, Content: text }, how),
    callback: (kind, fields = {}, how) => dispatch.deliver(kind, fields, how),
    prepare: (from, text) => dispatch.prepare('text', { from, Content: text }),
    post: (prepared) => dispatch.post(prepared),
    redeliver: (msgId) => dispatch.redeliver(msgId),
    receive: (body, prepared) => dispatch.receive(body, prepared),
    addMedia: (type, name, bytes) =>
      corp.media.keep({ type, name, bytes, contentType: contentTypeOf(name) }, corp.now()),
    media: (mediaId) => corp.media.find(mediaId, corp.now()),
    inbox: conversation.inbox,
    inboxOf: (userid) => conversation.inboxOf(userid),
    waitFor: (predicate, withinMs) => conversation.waitFor(predicate, withinMs),
    onEntry: (listener) => conversation.onEntry(listener),
    feed: (after, waitMs) => conversation.linesAfter(after, waitMs),
    calls: calls.counts,
    get quotaOverruns() {
      return quotaOverruns.length
    },
    dropped: quotaOverruns,
    misbehave: (rule) => misbehaviours.add(rule),
    behave: () => misbehaviours.clear(),
    invalidateTokens: () => corp.tokens.invalidate(),
    close: () =>
      new Promise((resolve) => {
        courier.close()
        conversation.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const control = makeControl(simulator)
  return simulator
}

function foundCorp(options: WecomSimulatorOptions, random: Random, hasCallback: () => boolean): Corp {
  const credentials: Credentials = {
    corpId: options.corpId ?? `ww${random.bytes(8).toString('hex')}`,
    agentId: options.agentId ?? 1_000_002,
    secret: options.secret ?? random.letters(43),
    token: options.token ?? random.letters(18),
    encodingAesKey: options.encodingAesKey ?? random.letters(43),
  }
  const { members, unknownUsers = [], unlicensedUsers = [], wrongSecrets = 10, replacesTokens = false } = options
  const { corpId, secret } = credentials
  return {
    credentials,
    now: options.now ?? Date.now,
    random,
    members: new Members({ members, unknownUsers, unlicensedUsers }),
    conversation: new Conversation(),
    tokens: new Tokens({ corpId, secret, wrongSecrets, replacesOnFetch: replacesTokens }, random),
    media: new MediaShelf(random),
    quota: new MemberQuota(),
    quotaOverruns: [],
    hasCallback,
    sentBodies: new Map(),
    sentAt: new Map(),
    taskIds: new Set(),
    cards: new Map(),
  }
}
