import { personKey } from '../../core/message/address.ts'
import type { Message } from '../../core/message/message.ts'
import type { Once } from '../../core/task/once.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import type { AnswerWait } from '../../core/task/waits/answer.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import { questionsOf } from './answer.ts'
import type { EndingPorts } from './ports.ts'
import {
  type AskedQuestion,
  answerChosen,
  type ChosenQuestion,
  isAsked,
  isUnanswered,
  questionsIn,
} from './questions.ts'

/* The questions of a chat, which what is written there may answer without naming them. */

/** What finding a question in a chat takes beside. */
export interface AnsweringPorts extends EndingPorts {
  store: EndingPorts['store'] & Pick<Store, 'settings' | 'outbox'>
}

/**
 * Takes what somebody wrote for the answer to a question of this chat: the one that they were asked last, or the one
 * that is quoted. Undefined when they are asked nothing here; why not, when it is no answer. A later attempt goes on
 * with what an earlier one has chosen; where none was, it may choose only what was asked before the message came, and
 * so never what its own command has asked.
 */
export async function takeAsAnswer(
  message: Message,
  once: Once,
  isFirst: boolean,
  ports: AnsweringPorts,
): Promise<{ number: number; refusal: Bilingual | undefined } | undefined> {
  const text = message.text.trim()
  if (text === '') return undefined
  const me = personKey(message.from.channel, message.sender.id)
  const chosen = await once('question', () => questionFor(message, me, isFirst, ports))
  if (chosen === undefined) return undefined
  const refusal = await answerChosen(chosen, { text, by: me, message: message.id }, ports)
  return { number: chosen.number, refusal }
}

/** The question that a message in this chat answers. */
async function questionFor(
  message: Message,
  me: string,
  isFirst: boolean,
  { store, now }: AnsweringPorts,
): Promise<ChosenQuestion | undefined> {
  const quoted = message.parts.find((part) => part.kind === 'quote')?.messageId
  const seen = new Map<string, { run: Run; open: AnswerWait[]; named: AnswerWait | undefined } | undefined>()
  const look = async (taskId: string) => {
    const run = await store.runs.find(taskId)
    if (run === undefined || !liveStates.includes(run.state)) return undefined
    const said = quoted === undefined ? undefined : await saidAs(run, quoted, store)
    if (quoted !== undefined && said === undefined) return undefined
    const asked = await questionsIn(run, store.steps)
    const theirs = asked.filter(({ wait }) => isAsked(run, wait, me))
    const unanswered = theirs.filter((each) => isUnanswered(run, each)).map(({ wait }) => wait)
    const open = unanswered.filter((wait) => wait.untilMs > now())
    const named = said && spokenIn(said, asked)
    const isAnswered = theirs.some(({ wait, given }) => wait === named?.wait && given?.text !== undefined)
    // Who quotes what was answered reads that; what is over otherwise may have been asked anew.
    if (named !== undefined && isAnswered) return { run, open, named: named.wait }
    const again = open.findLast(({ question }) => question === named?.wait.question)
    return { run, open, named: open.find((wait) => wait === named?.wait) ?? again }
  }
  const all = await listed(message, store, now())
  for (const { taskId, signal } of all.filter(({ atMs }) => isFirst || atMs < message.receivedAt)) {
    if (!seen.has(taskId)) seen.set(taskId, await look(taskId))
    const found = seen.get(taskId)
    const listedWait = found?.open.find((wait) => wait.signal === signal)
    if (found === undefined || listedWait === undefined) continue
    const wait = found.named ?? listedWait
    return { taskId, number: found.run.number, signal: wait.signal }
  }
  return undefined
}

/** The questions of a chat, the one asked last first. */
async function listed(
  message: Message,
  { settings }: Pick<Store, 'settings'>,
  now: number,
): Promise<{ taskId: string; signal: string; atMs: number }[]> {
  const prefix = questionsOf(message)
  const found = (await settings.list(prefix, now)).map(({ name, value }) => {
    const [taskId = '', ...signal] = name.slice(prefix.length).split(':')
    // What an older version listed has the number of its task here, and comes after all that has a time.
    const [atMs, code = ''] = value.split(' ')
    return { taskId, signal: signal.join(':'), atMs: Number(atMs), code }
  })
  // Of one moment, that with the higher place.
  return found.toSorted(
    (one, other) => other.atMs - one.atMs || other.code.length - one.code.length || (other.code > one.code ? 1 : -1),
  )
}

/** What a task said, as a quote of it finds it: its words, and how often it had said the same before. */
interface Quoted {
  words: string
  place: number
}

/** What the platform knows under this id, where this task said it. */
async function saidAs(
  run: Run,
  platformMessageId: string,
  { outbox }: Pick<Store, 'outbox'>,
): Promise<Quoted | undefined> {
  const deliveries = await outbox.ofTask(run.id)
  const quoted = deliveries.find(({ receipt }) => receipt?.platformMessageId === platformMessageId)
  if (quoted === undefined) return undefined
  const wordsOf = ({ delivery: { part } }: typeof quoted): string => ('text' in part ? (part.text ?? '') : '')
  const words = wordsOf(quoted)
  const same = deliveries.filter((each) => wordsOf(each) === words)
  return { words, place: same.indexOf(quoted) }
}

/** The question that stands in what was said: the longest; of the same ones that of the same place, or the last. */
function spokenIn({ words, place }: Quoted, asked: readonly AskedQuestion[]): AskedQuestion | undefined {
  const spoken = asked.filter(({ wait }) => words.includes(wait.question))
  const longest = Math.max(...spoken.map(({ wait }) => wait.question.length))
  const same = spoken.filter(({ wait }) => wait.question.length === longest)
  return same[place] ?? same.at(-1)
}
