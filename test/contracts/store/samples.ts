import type { Delivery, Verdict } from '../../../src/core/delivery/delivery.ts'
import type { Limit } from '../../../src/core/delivery/limit.ts'
import type { NewRun, TimelineEvent } from '../../../src/core/task/run.ts'
import type { Line, Permit, Store } from '../../../src/store/store.ts'

export interface OpenedStore {
  store: Store
  /** Opens the same data again, as the next process would; closes the store it replaces. */
  reopen?(): Promise<Store>
  /** Closes whichever is open and takes away what it left. */
  close(): Promise<void>
}

/** What a suite is given: the store under test, opened before its first test. */
export type StoreUnderTest = () => Store

/** Noon of some day: the suites pass the time in, and none looks at a clock. */
export const noon = 1_800_000_000_000
export const second = 1_000
export const minute = 60 * second
export const day = 24 * 60 * minute

let made = 0
/** A name no other test has: the suites share one store. */
export function unique(word: string): string {
  made += 1
  return `${word}-${process.pid}-${made}`
}

export interface RunSample {
  id?: string
  owner?: string
  channel?: string
  chat?: string
  text?: string
  /** `scene command`, or a built-in's name. */
  command?: string
  events?: TimelineEvent[]
  attemptKey?: string
}

export function aRun(sample: RunSample = {}): NewRun {
  const id = sample.id ?? unique('task')
  const channel = sample.channel ?? 'staff'
  const [first = '', second] = (sample.command ?? 'demo echo').split(' ')
  return {
    id,
    owner: sample.owner ?? `${channel}:zhangsan`,
    events: sample.events ?? [{ at: noon, kind: 'received' }],
    attemptKey: sample.attemptKey,
    task: {
      id,
      lane: 'short',
      priority: 0,
      route:
        second === undefined ? { scene: '', command: first, rest: '' } : { scene: first, command: second, rest: '' },
      message: {
        id: `message-${id}`,
        from: { channel, chat: sample.chat ?? 'zhangsan', chatKind: 'private' },
        sender: { id: 'zhangsan' },
        text: sample.text ?? 'demo echo 你好',
        parts: [{ kind: 'text', text: sample.text ?? 'demo echo 你好' }],
        receivedAt: noon,
      },
    },
  }
}

/** A line of a channel of its own, so that its account's limits are nobody else's. */
export function aLine(): Line {
  return { channel: unique('channel'), chat: 'zhangsan' }
}

export function aDelivery(line: Line, sample: Partial<Delivery> & { text?: string } = {}): Delivery {
  const { text, ...rest } = sample
  return {
    id: unique('delivery'),
    to: { ...line, chatKind: 'private' },
    part: { kind: 'text', text: text ?? '回头告诉你' },
    createdAt: noon,
    expiresAt: noon + day,
    ...rest,
  }
}

export function aPermit(now: number, limits: { account?: Limit[]; chat?: Limit[] } = {}): Permit {
  return { now, leaseMs: 30 * second, limits: { account: limits.account ?? [], chat: limits.chat ?? [] } }
}

export function sentAt(now: number): Verdict {
  return { state: 'sent', route: 'active', receipt: { platformMessageId: 'm1', sentAt: now } }
}

export function again(notBefore: number, costsAttempt = true): Verdict {
  return { state: 'again', why: 'busy', notBefore, costsAttempt }
}

/** The delivery this taker got, or a failed test. */
export async function mustTake(store: Store, line: Line, permit: Permit) {
  const taken = await store.outbox.take(line, permit)
  if (taken.state !== 'yours') throw new Error(`expected to take the head of the line, got ${JSON.stringify(taken)}`)
  return taken.record
}

/** The started run, or a failed test. */
export async function mustStart(store: Store, run: NewRun, now: number, leaseMs = 30 * second) {
  const started = await store.runs.start(run, now, leaseMs)
  if (started.state !== 'go') throw new Error(`expected to start ${run.id}, got ${JSON.stringify(started)}`)
  return started.run
}
