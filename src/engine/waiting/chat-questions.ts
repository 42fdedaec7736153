import { personKey } from '../../core/message/address.ts'
import type { Message } from '../../core/message/message.ts'
import type { Once } from '../../core/task/once.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import type { AnswerWait } from '../../core/task/waits/answer.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import { questionsOf } from './answer.ts'
import type { EndingPorts } from './ports.ts'
import { answerChosen, type ChosenQuestion, isAsked, isUnanswered, questionsIn } from './questions.ts'

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
  const seen = new Map<string, { run: Run; open: AnswerWait[]; said: string | undefined } | undefined>()
  const look = async (taskId: string) => {
    const run = await store.runs.find(taskId)
    if (run === undefined || !liveStates.includes(run.state)) return undefined
    const said = quoted === undefined ? undefined : await saidAs(run, quoted, store)
    if (quoted !== undefined && said === undefined) return undefined
    const asked = (await questionsIn(run, store.steps)).filter((each) => isUnanswered(run, each))
    const open = asked.map(({ wait }) => wait).filter((wait) => wait.untilMs > now() && isAsked(run, wait, me))
    return { run, open, said }
  }
  const all = await listed(message, store, now())
  for (const { taskId, signal } of all.filter(({ atMs }) => isFirst || atMs < message.receivedAt)) {
    if (!seen.has(taskId)) seen.set(taskId, await look(taskId))
    const found = seen.get(taskId)
    const listedWait = found?.open.find((wait) => wait.signal === signal)
    if (found === undefined || listedWait === undefined) continue
    const wait = found.open.findLast(({ question }) => found.said?.includes(question)) ?? listedWait
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

/** The words that the platform knows under this id, where this task said them. */
async function saidAs(
  run: Run,
  platformMessageId: string,
  { outbox }: Pick<Store, 'outbox'>,
): Promise<string | undefined> {
  const deliveries = await outbox.ofTask(run.id)
  const part = deliveries.find(({ receipt }) => receipt?.platformMessageId === platformMessageId)?.delivery.part
  return part && 'text' in part ? (part.text ?? '') : part && ''
}
