import { personKey } from '../../core/message/address.ts'
import type { Message } from '../../core/message/message.ts'
import type { Once } from '../../core/task/once.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import { signalStep } from '../../core/task/wait.ts'
import { type AnswerWait, type GivenAnswer, givenAnswerSchema } from '../../core/task/waits/answer.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import { ANSWER_PREFIX, questionsOf } from './answer.ts'
import { codeFound, isOfNow, named, type Reference, referenceText } from './code.ts'
import type { EndingPorts } from './ports.ts'
import { choiceLine, sentences as common } from './sentences.ts'

/* What people say to the questions that tasks ask. */

/** What finding a question in a chat takes beside. */
export interface AnsweringPorts extends EndingPorts {
  store: EndingPorts['store'] & Pick<Store, 'settings' | 'outbox'>
}

/** What somebody says to a question, and the message that says it: said by it again it is the same answer. */
export interface Said {
  text: string
  by: string
  message: string
}

interface Asked {
  wait: AnswerWait
  given?: GivenAnswer
}

/** What a task has asked, oldest first. */
async function questionsIn(run: Run, steps: Pick<Store['steps'], 'list'>): Promise<Asked[]> {
  const kept = await steps.list(run.id)
  const values = new Map(kept.map(({ name, value }) => [name, value]))
  return kept.flatMap(({ name, value }) => {
    if (!name.startsWith(ANSWER_PREFIX)) return []
    const wait = value as AnswerWait // kept where it began
    return [{ wait, given: givenAnswerSchema.safeParse(values.get(signalStep(wait.signal))).data }]
  })
}

function isUnanswered(run: Run, { wait, given }: Asked): boolean {
  return given === undefined && isOfNow(run, wait) && liveStates.includes(run.state)
}

function isAsked(run: Run, { from }: AnswerWait, me: string): boolean {
  if (from === 'anyone') return true
  return from === 'asker' ? run.owner === me : from.some((person) => person.toLowerCase() === me)
}

/** One of the choices, by its words or its place among them; undefined when it is none. */
function fitting({ choices }: AnswerWait, text: string): string | undefined {
  if (choices === undefined) return text
  const said = text.toLowerCase()
  return (
    choices.find((each) => each.toLowerCase() === said) ??
    (/^\d{1,2}$/.test(said) ? choices[Number(said) - 1] : undefined)
  )
}

/** The question of a task that a person means, or the sentence why there is none or which of several it may be. */
export async function questionMeant(
  run: Run,
  reference: Reference,
  { text, by: me }: Said,
  { store: { steps }, now }: Pick<EndingPorts, 'store' | 'now'>,
): Promise<AnswerWait | Bilingual> {
  const asked = await named(await questionsIn(run, steps), reference, run, steps)
  const unanswered = asked.filter((each) => isUnanswered(run, each))
  const theirs = unanswered.map(({ wait }) => wait).filter((wait) => isAsked(run, wait, me))
  const open = theirs.filter(({ untilMs }) => untilMs > now())
  const fit = open.filter((wait) => fitting(wait, text) !== undefined)
  const [only] = fit.length === 1 ? fit : open
  if (only !== undefined && (fit.length === 1 || open.length === 1)) return only
  const number = referenceText(reference)
  if (open.length > 0) {
    const lines = (fit.length === 0 ? open : fit).map(async (wait) => {
      const command = `answer ${run.number}${(await codeFound(run, wait, steps)) ?? ''} …`
      return choiceLine(command, wait.question)
    })
    return common.which(run.number, await Promise.all(lines))
  }
  if (asked.length === 0) return sentences.nothingAsked(number)
  if (theirs.length > 0) return sentences.late(number)
  const isTheirs = asked.some(({ given }) => given?.by === me)
  return unanswered.length === 0 || isTheirs ? overSentence(asked, number) : sentences.notYours(number)
}

function overSentence(asked: readonly Asked[], number: string): Bilingual {
  const isAnswered = asked.some(({ given }) => given?.text !== undefined)
  return isAnswered ? sentences.answered(number) : sentences.late(number)
}

/** Gives a question its answer; the sentence why not, when it was none. */
export async function giveAnswer(
  run: Run,
  wait: AnswerWait,
  { text, by, message }: Said,
  ports: EndingPorts,
): Promise<Bilingual | undefined> {
  const choice = fitting(wait, text)
  if (choice === undefined) return sentences.choose(run.number, wait.choices ?? [])
  const given: GivenAnswer = { text: choice, by, message }
  const how = await ports.signal(run, wait.signal, given, `${wait.name}: answered by ${by}`)
  if (how === 'first') return undefined
  const kept = await ports.store.steps.find(run.id, signalStep(wait.signal))
  const stands = givenAnswerSchema.safeParse(kept?.value).data
  if (stands?.message === message) return undefined
  // Somebody else was quicker; theirs stands.
  return stands?.text === undefined ? sentences.late(`${run.number}`) : sentences.answered(`${run.number}`)
}

/** A question by its run and signal, as an attempt has chosen it. */
export interface ChosenQuestion {
  taskId: string
  number: number
  signal: string
}

/** Answers the question that was chosen; the sentence why not. */
export async function answerChosen(
  { taskId, number, signal }: ChosenQuestion,
  said: Said,
  ports: EndingPorts,
): Promise<Bilingual | undefined> {
  const run = await ports.store.runs.find(taskId)
  const asked = run && (await questionsIn(run, ports.store.steps)).find(({ wait }) => wait.signal === signal)
  if (run === undefined || asked === undefined) return sentences.late(`${number}`)
  return giveAnswer(run, asked.wait, said, ports)
}

/**
 * Takes what somebody wrote for the answer to a question of this chat: the one that they were asked last, or the one that is quoted. Undefined when
 * they are asked nothing here; why not, when it is no answer. A later attempt goes on with what an earlier one has chosen; where none was, it may
 * choose only what was asked before the message came, and so never what its own command has asked.
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

const sentences = {
  choose: (number: number, choices: readonly string[]): Bilingual => ({
    zh: `#${number} 请从这些里选一个：${choices.join('、')}。不想继续请发 cancel ${number}`,
    en: `#${number}: please choose one of ${choices.join(', ')}, or send "cancel ${number}".`,
  }),
  answered: (number: string): Bilingual => ({
    zh: `#${number} 已经有人回答了。`,
    en: `#${number} was answered already.`,
  }),
  nothingAsked: (number: string): Bilingual => ({
    zh: `#${number} 没有在等待回答。`,
    en: `#${number} does not wait for an answer.`,
  }),
  notYours: (number: string): Bilingual => ({
    zh: `#${number} 问的不是你。`,
    en: `#${number} does not ask you.`,
  }),
  late: (number: string): Bilingual => ({
    zh: `#${number} 的回答期限已过。`,
    en: `The time to answer #${number} is over.`,
  }),
}

/** For what names no task. */
export const nothingAsked = sentences.nothingAsked
