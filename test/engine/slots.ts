import { onTestFinished } from 'vitest'
import type { Message } from '../../src/core/message/message.ts'
import type { HostCall } from '../../src/engine/host/protocol.ts'
import { type HostCalls, type HostEnd, openSlots, type Slots, type SlotsOptions } from '../../src/engine/host/slots.ts'
import { readSources } from '../../src/scenes/sources.ts'
import { aScene, aSceneFolder, silent } from './scene-folder.ts'

const message: Message = {
  id: 'm1',
  from: { channel: 'console', chat: 'c', chatKind: 'private' },
  sender: { id: 'ann' },
  text: '',
  parts: [],
  receivedAt: 0,
}
const never = new AbortController().signal

/** What commands said, kept and showed; steps are found again by whoever has the same. */
export class Outside implements HostCalls {
  readonly said: HostCall[] = []
  readonly steps = new Map<string, unknown>()
  readonly shown: unknown[] = []
  readonly logged: string[] = []
  /** How it was asked for steps. */
  readonly asked: string[] = []
  begun(): void {}
  async call(call: HostCall): Promise<unknown> {
    switch (call.method) {
      case 'say':
        this.said.push(call)
        return undefined
      case 'coolDown':
        return call.name === 'cat' ? call.forMs / 2 : 0
      case 'keptSteps':
        this.asked.push(call.method)
        // More than are handed over at once, from the third on.
        return {
          steps: [...this.steps].slice(0, 2).map(([name, value]) => ({ name, value })),
          isAll: this.steps.size <= 2,
        }
      case 'findStep':
        this.asked.push(`${call.method} ${call.name}`)
        return this.steps.has(call.name) ? { value: this.steps.get(call.name) } : undefined
      case 'saveStep':
        this.steps.set(call.name, call.value)
        return call.value
      case 'ask':
        return { text: `answer to ${call.messages.map(({ role, text }) => `${role} ${text}`).join()}` }
      case 'act':
        this.said.push(call)
        return call.action.kind === 'kick' ? { sentence: '平台没有让机器人这样做', reason: 'refused' } : undefined
      case 'wait':
        return this.waited(call.order)
      case 'file':
        return call.order.kind === 'sent' ? { parts: [] } : { sentence: '取不到这个文件', reason: 'gone' }
      case 'converse':
        return { sentence: '现在联系不上大模型', reason: 'no answer of a model: down' }
    }
  }
  /** Times go by at once when they were asked for before. */
  private waited({ kind, name }: Extract<HostCall, { method: 'wait' }>['order']): unknown {
    const isOver = this.steps.has(`wait:${name}`)
    this.steps.set(`wait:${name}`, true)
    if (kind === 'approval')
      return isOver ? { value: { isApproved: false, by: ['boss'], note: 'no' } } : { waits: approvalWait(name) }
    return isOver ? { value: undefined } : { waits: { kind, name, untilMs: 1 } }
  }
  progress(percent: number, text?: string): void {
    this.shown.push([percent, text])
  }
  log(text: string): void {
    this.logged.push(text)
  }
}

const approvalWait = (name: string) =>
  ({ kind: 'approval', name, untilMs: 1, signal: name, notSelf: false, count: 1 }) as const

/** Slots whose hosts have the scene `try` with these commands, functions written out; gone when the test is. */
export async function slotsWith(commands: Record<string, string>, options: Partial<SlotsOptions> = {}, top?: string) {
  const folder = await aSceneFolder({ 'try.ts': aScene('try', commands, top) })
  const sources = () => readSources([folder.path])
  const slots = openSlots({ isolation: 'thread', size: 1, sources, log: silent, ...options })
  onTestFinished(() => slots.close())
  return { folder, slots }
}

let runs = 0
export interface RunChanges {
  rest?: string
  outside?: HostCalls
  signal?: AbortSignal
  attempt?: number
  isFresh?: boolean
  graceMs?: number
  /** Another for each run when left out. */
  runId?: string
}
export function run(slots: Slots, command: string, changes: RunChanges = {}): Promise<HostEnd> {
  const { rest = '', outside = new Outside(), signal = never, attempt = 1, isFresh, graceMs = 100 } = changes
  runs += 1
  const { runId = `r${runs}` } = changes
  const route = { scene: 'try', command, rest }
  const order = { runId, route, message, lang: 'zh' as const, attempt, isFresh, taskNumber: runs }
  return slots.run(order, outside, signal, graceMs)
}
