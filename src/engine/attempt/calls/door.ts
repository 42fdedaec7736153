import { retryWhileUnavailable } from '../../../core/retry-while-unavailable.ts'
import type { Task } from '../../../core/task/task.ts'
import type { Lang } from '../../../core/text/lang.ts'
import type { HostCall } from '../../host/protocol.ts'
import type { Deadline } from '../deadline.ts'
import { dryAnswer } from './dry.ts'

type Method = HostCall['method']
type CallOf<M extends Method> = Extract<HostCall, { method: M }>

/** How the calls of a command are answered. */
export type Handlers = { readonly [M in Method]: (call: CallOf<M>) => Promise<unknown> }

interface Rule {
  /** Answered again while the store is away: a second time does nothing twice. */
  repeats: boolean
  /** Answered also after the attempt was told to stop. */
  afterStop?: boolean
  /** A child task asks it in its parent's name, too, on its way to its own work. */
  ofParent?: boolean
}

const rules: Readonly<Record<Method, Rule>> = {
  say: { repeats: true },
  ask: { repeats: false },
  converse: { repeats: false },
  act: { repeats: false },
  // Each of its moves is repeated where it is made: fetching a file again may take long.
  file: { repeats: false },
  wait: { repeats: true, ofParent: true },
  all: { repeats: true, ofParent: true },
  coolDown: { repeats: true, ofParent: true },
  onCancel: { repeats: true },
  tookBack: { repeats: true, afterStop: true },
  keptSteps: { repeats: true, afterStop: true, ofParent: true },
  findStep: { repeats: true, afterStop: true, ofParent: true },
  saveStep: { repeats: true, afterStop: true },
}

/** The methods that a child task asks in its parent's name. */
export type ParentMethod = 'wait' | 'all' | 'coolDown' | 'keptSteps' | 'findStep'

export interface DoorPorts {
  task: Task
  lang: Lang
  deadline: Pick<Deadline, 'cause'>
  /** Writes a line into the timeline. */
  note(text: string): void
}

/**
 * The one way by which a command asks for anything: a guard, then the table of handlers, asked again while the store is
 * away. Rejects what comes after a cancel or the time limit. What it began before a shutdown goes on elsewhere, so that
 * one may go on here, too.
 */
export function openDoor(
  own: Handlers,
  ofParent: Pick<Handlers, ParentMethod>,
  { task, lang, deadline, note }: DoorPorts,
): (call: HostCall, asParent?: boolean) => Promise<unknown> {
  return async (call, asParent = false) => {
    const rule = rules[call.method]
    function guard(): void {
      const isStopped = deadline.cause === 'cancelled' || deadline.cause === 'timeout'
      if (isStopped && rule.afterStop !== true)
        throw new Error(`${call.method}: the attempt was stopped (${deadline.cause})`)
    }
    guard()
    const dry = dryAnswer(call, task, lang)
    if (dry?.note !== undefined) note(dry.note)
    if (dry !== undefined) return dry.value
    if (asParent && rule.ofParent !== true)
      throw new Error(`a child does not ask for "${call.method}" in its parent's name`)
    const handlers: Partial<Handlers> = asParent ? ofParent : own
    // The cast holds: the handler is looked up by the method of this very call.
    const handler = handlers[call.method] as (call: HostCall) => Promise<unknown>
    if (!rule.repeats) return handler(call)
    return retryWhileUnavailable(async () => {
      // It may have been told to stop while the store was away.
      guard()
      return handler(call)
    })
  }
}
