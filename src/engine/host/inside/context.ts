import { z } from 'zod'
import { addressSchema } from '../../../core/message/address.ts'
import { type ChatAction, chatActionSchema } from '../../../core/message/chat-action.ts'
import type { Content } from '../../../core/message/part.ts'
import { type LlmMessage, llmMessageSchema } from '../../../core/model/llm.ts'
import { waitSchema } from '../../../core/task/wait.ts'
import { inLang } from '../../../core/text/lang.ts'
import type { CommandContext, SayOptions } from '../../../scenes/scene.ts'
import type { HostCall } from '../protocol.ts'
import { allOf } from './all.ts'
import { checkedParts } from './content.ts'
import { filesOf } from './files.ts'
import { MisuseError, NotDoneError } from './misuse.ts'
import { nameSchema } from './names.ts'
import { onCancelOf } from './on-cancel.ts'
import { pausesOf } from './pauses.ts'
import type { Setting } from './setting.ts'
import { stepAround, stepsOf } from './steps.ts'

const sayOptionsSchema = z.object({
  to: addressSchema.extend({ chatKind: addressSchema.shape.chatKind.default('private') }).optional(),
})
const coolDownSchema = z.object({
  name: nameSchema,
  forMs: z
    .number()
    .int()
    .min(0)
    .max(30 * 86_400_000),
})
/** The answer to `ask` and `converse`. */
const answerSchema = z.union([
  z.object({ text: z.string() }),
  z.object({ sentence: z.string(), reason: z.string() }),
  z.object({ waits: waitSchema }),
])
/** The answer to `act`. */
const notDoneSchema = z.object({ sentence: z.string(), reason: z.string() }).optional()

/** What a command is handed. What it asks for and does not wait for stands in `pending` until it has settled. */
export function contextOf(
  setting: Setting,
  args: Record<string, unknown>,
  settings: Record<string, unknown>,
  pending: Set<Promise<unknown>>,
): CommandContext<Record<string, unknown>> {
  const { order, outside, signal, takeName, suspension, undoing } = setting
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const settled = suspension.during(work).finally(() => pending.delete(settled))
    pending.add(settled)
    return settled
  }
  const say = async (name: string, content: Content, options: SayOptions = {}): Promise<void> => {
    const read = sayOptionsSchema.safeParse(options)
    if (!read.success) throw new MisuseError(`say("${name}"): ${z.prettifyError(read.error)}`)
    const call = {
      method: 'say',
      parts: checkedParts(content, `say("${name}") got`),
      name: takeName('say', name),
      to: read.data.to,
    } as const
    if (!undoing?.isReplay) await outside.call(call)
  }
  const answer = async (call: HostCall): Promise<string> => {
    const read = answerSchema.parse(await outside.call(call))
    if ('waits' in read) return suspension.on(read.waits)
    if ('text' in read) return read.text
    throw new NotDoneError(read.sentence, read.reason)
  }
  const llm = (prompt: string | LlmMessage[]): Promise<string> => {
    const messages = llmMessageSchema
      .array()
      .min(1)
      .safeParse(typeof prompt === 'string' ? [{ role: 'user', text: prompt }] : prompt)
    if (!messages.success) throw new MisuseError('llm takes a text, or a list of { role, text }')
    return answer({ method: 'ask', messages: messages.data })
  }
  const act = async (action: ChatAction): Promise<void> => {
    const read = chatActionSchema.safeParse(action)
    if (!read.success) throw new MisuseError(`act: ${z.prettifyError(read.error)}`)
    if (undoing?.isReplay) return
    const not = notDoneSchema.parse(await outside.call({ method: 'act', action: read.data }))
    if (not !== undefined) throw new NotDoneError(not.sentence, not.reason)
  }
  const coolDown = async (name: string, forMs: number): Promise<number> => {
    const call = coolDownSchema.safeParse({ name, forMs })
    if (!call.success)
      throw new MisuseError('coolDown takes a name of 1 to 200 characters and a time of at most 30 days')
    return z.number().parse(await outside.call({ method: 'coolDown', ...call.data }))
  }
  const step = stepsOf(setting)
  const pauses = pausesOf(setting)
  const onCancel = onCancelOf(setting)
  const all = allOf(setting)
  return {
    args,
    settings,
    message: order.message,
    lang: order.lang,
    attempt: order.attempt,
    taskNumber: order.taskNumber,
    memoryMb: order.memoryMb,
    signal,
    say: (name, content, options) => tracked(say(name, content, options)),
    step: (name, work, options) => tracked(step(name, work, options)),
    onCancel: (name, undo, options) => tracked(onCancel(name, undo, options)),
    sleep: (name, until) => tracked(pauses.sleep(name, until)),
    ask: (name, question, options) => tracked(pauses.ask(name, question, options)),
    approve: (name, options) => tracked(pauses.approve(name, options)),
    // The cast holds: it is the same function, whose end is waited for.
    all: ((...given: Parameters<typeof all>) => tracked(all(...given))) as typeof all,
    llm: (prompt) => tracked(llm(prompt)),
    converse: (text) =>
      tracked(answer({ method: 'converse', text: String(text), mayWait: stepAround() === undefined })),
    act: (action) => tracked(act(action)),
    files: filesOf(setting, tracked),
    coolDown: (name, forMs) => tracked(coolDown(name, forMs)),
    progress: outside.progress,
    log: outside.log,
    pick: (text) => inLang(order.lang, text),
  }
}
