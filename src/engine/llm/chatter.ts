import type { Log } from '../../core/log.ts'
import type { LlmMessage } from '../../core/model/llm.ts'
import type { Conversations } from '../../store/store.ts'
import type { Presets } from '../presets/presets.ts'
import { openLlm } from './ask.ts'
import { budgeted } from './budgeted.ts'
import { converse, type Memory } from './converse.ts'
import type { Ledger } from './ledger.ts'
import type { AskOptions, LlmConfig } from './llm.ts'

/** The models, as commands talk with them. Both throw LlmError where there is no answer. */
export interface Chatter {
  ask(messages: readonly LlmMessage[], options: AskOptions): Promise<string>
  /** With the memory of the chat that asks. */
  converse(text: string, options: AskOptions): Promise<string>
  /** Resolves when nothing is under way any more that no answer waits for. */
  idle(): Promise<void>
}

export interface ChatterPorts {
  conversations: Conversations
  presets: Pick<Presets, 'of'>
  ledger: Ledger
  now(): number
  log: Log
}

export function openChatter(config: LlmConfig & Memory, ports: ChatterPorts): Chatter {
  const llm = budgeted(openLlm(config), ports.ledger, config.models)
  const underWay = new Set<Promise<void>>()
  function later(work: Promise<void>): void {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }
  return {
    ask: llm.ask,
    converse: (text, options) => converse(text, { ...ports, llm, memory: config, later }, options),
    async idle() {
      await Promise.all(underWay)
    },
  }
}
