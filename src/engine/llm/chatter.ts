import type { LlmMessage } from '../../core/llm.ts'
import type { Conversations } from '../../store/store.ts'
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
}

export function openChatter(config: LlmConfig & Memory, conversations: Conversations, ledger: Ledger): Chatter {
  const llm = budgeted(openLlm(config), ledger, config.models)
  return {
    ask: llm.ask,
    converse: (text, options) => converse(text, { llm, conversations, memory: config }, options),
  }
}
