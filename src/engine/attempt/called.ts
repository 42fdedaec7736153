import type { CommandEntry } from '../../core/command/catalog.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import { approvalSchema } from '../../core/task/waits/approval.ts'
import { type Bilingual, inLang, type Lang } from '../../core/text/lang.ts'
import type { WaitingPorts } from '../waiting/ports.ts'
import { waitFor } from '../waiting/waits.ts'
import { type Attempt, refuse } from './attempt.ts'

/*
 * What is different about a task that a model called as a tool, or that is a child task of another. A called one that a
 * person has run again is theirs, like any other.
 */

export type CalledPorts = WaitingPorts

/** How long a person is waited for who has to agree to a call. */
const APPROVAL_MS = 60 * 60_000

/** Its answer is for the task that called it: without that one nobody wants it. */
export async function isWanted(
  { task: { parent, piece }, generation }: Run,
  { store }: Pick<CalledPorts, 'store'>,
): Promise<boolean> {
  if (parent === undefined || (generation > 0 && piece === undefined)) return true
  const caller = await store.runs.find(parent.id)
  return caller !== undefined && liveStates.includes(caller.state)
}

/** Asks its person before it runs, where the command wants that; undefined when it may go on. */
export async function askedFirst(
  run: Run,
  entry: CommandEntry,
  lang: Lang,
  engine: CalledPorts,
): Promise<Attempt | undefined> {
  const { parent, piece, message } = run.task
  if (parent === undefined || piece !== undefined || run.generation > 0 || entry.tool?.approval !== true)
    return undefined
  if (run.task.dry !== undefined) return refuse('nobody is asked in a dry run', sentences.dry, lang)
  const question = inLang(lang, sentences.mayItRun(message.text, run.number))
  const order = { kind: 'approval', name: 'tool', withinMs: APPROVAL_MS, question, notSelf: false, count: 1 } as const
  const waited = await retryWhileUnavailable(() => waitFor(order, run, lang, engine))
  if ('waits' in waited) return { state: 'waits', waits: [waited.waits] }
  const { isApproved, by, note } = approvalSchema.parse(waited.value)
  if (isApproved) return undefined
  if (by.length === 0) return refuse('nobody agreed in time', sentences.tooLate, lang)
  return refuse(`${by.join(', ')} did not agree`, sentences.rejected(note), lang)
}

const sentences = {
  mayItRun: (command: string, number: number): Bilingual => ({
    zh: `模型想运行 \`${command}\`。同意请发 approve ${number}，不同意请发 reject ${number}。`,
    en: `The model wants to run \`${command}\`. Send "approve ${number}" to let it, "reject ${number}" if not.`,
  }),
  tooLate: {
    zh: '没有在期限内得到同意，没有运行。',
    en: 'Nobody agreed in time; it was not run.',
  },
  dry: {
    zh: '这个命令要先得到同意，试运行不问人，没有运行。',
    en: 'This command wants an approval first, and a dry run asks nobody; it was not run.',
  },
  rejected: (note: string | undefined): Bilingual => ({
    zh: `没有得到同意，没有运行。${note ?? ''}`,
    en: `It was not agreed to and was not run. ${note ?? ''}`.trim(),
  }),
}
