import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { z } from 'zod'
import type { CommandEntry } from '../../core/catalog.ts'
import { type ChatAction, chatActionSchema } from '../../core/chat-action.ts'
import { AppError, IgnoredError, UsageError } from '../../core/errors.ts'
import { type Bilingual, inLang, type Lang } from '../../core/lang.ts'
import { type LlmMessage, llmMessageSchema } from '../../core/llm.ts'
import { type Content, type Part, partSchema, partsOf } from '../../core/part.ts'
import { approvalSchema, waitSchema } from '../../core/wait.ts'
import { readArguments, withUsage } from '../../core/words.ts'
import { plainPaths } from '../../scenes/fault.ts'
import type { LoadedScene } from '../../scenes/load.ts'
import { type ApproveOptions, type Command, type CommandContext, NotApprovedError } from '../../scenes/scene.ts'
import type { FromHost, HostCall, ToHost } from '../protocol.ts'
import { filesOf } from './files.ts'
import { openSuspension, type Suspension } from './suspension.ts'

export type End = Extract<FromHost, { kind: 'end' }>['end']
export type RunOrder = Extract<ToHost, { kind: 'run' }>

/** What a running command may ask of the engine. */
export interface Outside {
  /** Rejects when the engine could not do it. */
  call(call: HostCall): Promise<unknown>
  progress(percent: number, text?: string): void
  log(text: string): void
}

/** The step that the code is in, where it is in one. */
const inStep = new AsyncLocalStorage<string>()

const stepBytes = 256 * 1024
/** More than any platform takes in one file. */
const contentLength = 32 * 1024 * 1024
const nameSchema = z.string().min(1).max(200)
const coolDownSchema = z.object({
  name: nameSchema,
  forMs: z
    .number()
    .int()
    .min(0)
    .max(30 * 86_400_000),
})
const contentSchema = z.union([z.string(), partSchema, z.array(partSchema)])
/** The answer to `findStep`. */
const keptSchema = z.object({ value: z.unknown() }).optional()

/** The answer to `ask` and `converse`. */
const answerSchema = z.union([
  z.object({ text: z.string() }),
  z.object({ sentence: z.string(), reason: z.string() }),
  z.object({ waits: waitSchema }),
])
/** The answer to `act`. */
const notDoneSchema = z.object({ sentence: z.string(), reason: z.string() }).optional()
/** The answer to `wait`. */
const waitedSchema = z.union([z.object({ waits: waitSchema }), z.object({ value: z.unknown() })])
const longestMs = 366 * 24 * 60 * 60_000

/** The author has used the context wrongly: trying again changes nothing. */
class MisuseError extends AppError {
  override readonly name = 'MisuseError'
  readonly retry = 'never'
}

/** What was asked for outside was not done; a command that does not mind catches it, else its sentence is what the person reads. */
class NotDoneError extends UsageError {
  readonly reason: string
  constructor(sentence: string, reason: string) {
    super(sentence)
    this.reason = reason
  }
}

/** Runs one command to its end, whatever that is; never throws. */
export async function perform(
  scenes: readonly LoadedScene[],
  order: RunOrder,
  outside: Outside,
  signal: AbortSignal,
): Promise<End> {
  const { scene, command: name } = order.route
  const loaded = scenes.find((each) => each.entry.name === scene)
  const entry = loaded?.entry.commands.find((each) => each.name === name)
  const command: Command | undefined = loaded?.scene.commands[name]
  if (loaded === undefined || entry === undefined || command === undefined) {
    return { state: 'failed', message: `there is no command ${scene} ${name} any more`, retry: 'never' }
  }
  try {
    const args = await argumentsFor(command, entry, order)
    const suspension = openSuspension()
    const work = async (): Promise<End> => {
      const pending = new Set<Promise<unknown>>()
      const context = contextFor(order, args, loaded.settings, outside, signal, pending, suspension)
      const returned = await command.run(context)
      const parts = returned === undefined ? [] : checkedParts(returned, `${scene} ${name} returned`)
      // What was said and not waited for is said all the same.
      await Promise.all(pending)
      return { state: 'done', parts }
    }
    const waits = suspension.reached.then((reached): End => ({ state: 'waits', waits: reached }))
    return await Promise.race([work(), waits])
  } catch (error) {
    return endOf(error)
  }
}

async function argumentsFor(command: Command, entry: CommandEntry, order: RunOrder): Promise<Record<string, unknown>> {
  const words = order.route.given ?? readArguments(order.route.rest, entry, order.lang)
  const error = order.lang === 'zh' ? z.locales.zhCN().localeError : undefined
  const read = await command.args.safeParseAsync(words, { error })
  if (read.success) return read.data
  const sentence = read.error.issues.map((issue) => issueSentence(issue, order.lang)).join('\n')
  throw new UsageError(withUsage(sentence, entry, order.lang))
}

function issueSentence(issue: z.core.$ZodIssue, lang: Lang): string {
  const name = issue.path.join('.')
  if (name === '') return issue.message
  if (issue.code === 'invalid_type' && issue.expected === 'number') {
    return inLang(lang, { zh: `参数 ${name} 要写一个数字。`, en: `The argument ${name} is a number.` })
  }
  return inLang(lang, {
    zh: `参数 ${name} 不对：${issue.message}`,
    en: `The argument ${name} is wrong: ${issue.message}`,
  })
}

function contextFor(
  order: RunOrder,
  args: Record<string, unknown>,
  settings: Record<string, unknown>,
  outside: Outside,
  signal: AbortSignal,
  pending: Set<Promise<unknown>>,
  suspension: Suspension,
): CommandContext<Record<string, unknown>> {
  const used = new Set<string>()
  const takeName = (kind: 'say' | 'step' | 'sleep' | 'approve', name: unknown): string => {
    const read = nameSchema.safeParse(name)
    if (!read.success) throw new MisuseError(`${kind} needs a name of 1 to 200 characters`)
    if (/^(?:signal|wait|tools|said):/.test(read.data))
      throw new MisuseError(`a name does not begin with ${read.data.split(':')[0]}:`)
    if (used.has(`${kind} ${name}`)) {
      throw new MisuseError(
        `${kind} was called twice with the name "${name}"; its result is kept under that name, so each needs its own`,
      )
    }
    used.add(`${kind} ${name}`)
    return read.data
  }
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const settled = suspension.during(work).finally(() => pending.delete(settled))
    pending.add(settled)
    return settled
  }
  const say = async (name: string, content: Content): Promise<void> => {
    const parts = checkedParts(content, `say("${name}") got`)
    await outside.call({ method: 'say', name: takeName('say', name), parts })
  }
  const step = async <T>(name: string, work: (signal: AbortSignal) => Promise<T> | T): Promise<T> => {
    takeName('step', name)
    const kept = keptSchema.parse(await outside.call({ method: 'findStep', name }))
    // The cast holds: it is what `work` gave back in an earlier attempt, as JSON.
    if (kept) return kept.value as T
    signal.throwIfAborted()
    const startedAt = performance.now()
    const value = plainJson(await inStep.run(name, () => work(signal)), name)
    const saved = await outside.call({ method: 'saveStep', name, value, ms: Math.round(performance.now() - startedAt) })
    // The cast holds for the same reason; the first writer's value is the one that counts.
    return saved as T
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
    const not = notDoneSchema.parse(await outside.call({ method: 'act', action: read.data }))
    if (not !== undefined) throw new NotDoneError(not.sentence, not.reason)
  }
  const waited = async (call: HostCall & { method: 'wait' }): Promise<unknown> => {
    const around = inStep.getStore()
    if (around !== undefined)
      throw new MisuseError(`it waits inside the step "${around}", whose result could not be kept`)
    const read = waitedSchema.parse(await outside.call(call))
    return 'waits' in read ? suspension.on(read.waits) : read.value
  }
  const sleep = async (name: string, until: number | Date): Promise<void> => {
    const ms = until instanceof Date ? until.getTime() - Date.now() : until
    if (!Number.isFinite(ms) || ms > longestMs)
      throw new MisuseError('sleep takes milliseconds or a Date, a year at most')
    await waited({ method: 'wait', order: { kind: 'sleep', name: takeName('sleep', name), ms: Math.max(0, ms) } })
  }
  const approve = async (name: string, options: ApproveOptions = {}): Promise<{ by: string[]; note?: string }> => {
    const read = approveSchema.safeParse(options)
    if (!read.success) throw new MisuseError(`approve("${name}"): ${z.prettifyError(read.error)}`)
    const orderOf = { kind: 'approval', name: takeName('approve', name), ...read.data } as const
    const { isApproved, by, note } = approvalSchema.parse(await waited({ method: 'wait', order: orderOf }))
    if (isApproved) return { by, note }
    throw new NotApprovedError(inLang(order.lang, notApproved(order.taskNumber, by, note)), by, note)
  }
  const coolDown = async (name: string, forMs: number): Promise<number> => {
    const call = coolDownSchema.safeParse({ name, forMs })
    if (!call.success)
      throw new MisuseError('coolDown takes a name of 1 to 200 characters and a time of at most 30 days')
    return z.number().parse(await outside.call({ method: 'coolDown', ...call.data }))
  }
  return {
    args,
    settings,
    message: order.message,
    lang: order.lang,
    attempt: order.attempt,
    taskNumber: order.taskNumber,
    memoryMb: order.memoryMb,
    signal,
    say: (name, content) => tracked(say(name, content)),
    step: (name, work) => tracked(step(name, work)),
    sleep: (name, until) => tracked(sleep(name, until)),
    approve: (name, options) => tracked(approve(name, options)),
    llm: (prompt) => tracked(llm(prompt)),
    converse: (text) =>
      tracked(answer({ method: 'converse', text: String(text), mayWait: inStep.getStore() === undefined })),
    act: (action) => tracked(act(action)),
    files: filesOf({ outside, tracked, NotDone: NotDoneError, Misuse: MisuseError }),
    coolDown: (name, forMs) => tracked(coolDown(name, forMs)),
    progress: outside.progress,
    log: outside.log,
    pick: (text) => inLang(order.lang, text),
  }
}

const approveSchema = z.object({
  by: z
    .string()
    .regex(/^[^.\s]+\.[^.\s]+$/, 'by is scene.command: whoever may use that approves')
    .optional(),
  withinMs: z
    .number()
    .positive()
    .max(longestMs)
    .default(24 * 60 * 60_000),
  notSelf: z.boolean().default(false),
  count: z.number().int().min(1).max(20).default(1),
  question: z.string().optional(),
})

function notApproved(number: number, by: readonly string[], note: string | undefined): Bilingual {
  if (by.length === 0)
    return {
      zh: `#${number} 没有在期限内得到同意，已停止。`,
      en: `#${number} was not approved in time and was stopped.`,
    }
  const why = note === undefined ? { zh: '', en: '' } : { zh: `：${note}`, en: `: ${note}` }
  return {
    zh: `#${number} 被 ${by.join('、')} 驳回${why.zh}。`,
    en: `#${number} was rejected by ${by.join(', ')}${why.en}.`,
  }
}

function checkedParts(content: unknown, what: string): Part[] {
  const read = contentSchema.safeParse(content)
  if (!read.success) {
    throw new MisuseError(
      `${what} ${described(content)}; it can be a text, a part made by text(), markdown(), image() or file(), or a list of parts`,
    )
  }
  const parts = partsOf(read.data)
  if (JSON.stringify(parts).length > contentLength) throw new MisuseError(`${what} more than 32 MB`)
  return parts
}

function plainJson(value: unknown, step: string): unknown {
  const json = JSON.stringify(value) ?? 'null'
  if (Buffer.byteLength(json) > stepBytes) {
    throw new MisuseError(
      `the result of step "${step}" is larger than 256 KB; keep what a later attempt needs, or a file's id`,
    )
  }
  return JSON.parse(json)
}

function endOf(error: unknown): End {
  if (error instanceof NotDoneError) return { state: 'refused', why: error.message, reason: error.reason }
  if (error instanceof IgnoredError) return { state: 'ignored', why: error.message }
  if (error instanceof UsageError) return { state: 'refused', why: error.message }
  const retry = error instanceof AppError ? error.retry : 'later'
  return { state: 'failed', ...describedError(error), retry }
}

/** An error's message and stack as operators read them; anything can be thrown. */
export function describedError(error: unknown): { message: string; stack?: string } {
  if (!(error instanceof Error)) return { message: `it threw ${described(error)}` }
  return { message: plainPaths(error.message), stack: error.stack === undefined ? undefined : plainPaths(error.stack) }
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list with something else in it'
  if (typeof value === 'object' && 'kind' in value) return `a part that is not complete (kind ${String(value.kind)})`
  if (typeof value === 'string') return `"${value.slice(0, 100)}"`
  return typeof value === 'object' || typeof value === 'function'
    ? `a ${typeof value}`
    : `${typeof value} ${String(value)}`
}
