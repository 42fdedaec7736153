import type { Address } from '../message/address.ts'
import type { Part } from '../message/part.ts'
import type { Task } from './task.ts'

/**
 * Puts what a task says into its chat's outbox; resolves once it is stored. Under the same name and generation it is
 * said once.
 */
export type Say = (said: {
  task: Task
  generation: number
  name: string
  parts: readonly Part[]
  /** A question to people: it goes to the chat also of a task whose words go to the model that called it. */
  toChat?: boolean
  /** Another chat than the one that asked. */
  to?: Address
}) => Promise<void>

/** Shows how what it is about to say under that name grows, in chats that can; what is lost of it is lost. */
export type ShowDraft = (growing: { task: Task; generation: number; name: string; text: string }) => void
