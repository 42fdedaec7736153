import { chatKey, personKey } from '../../core/message/address.ts'
import type { Message } from '../../core/message/message.ts'
import type { Part } from '../../core/message/part.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import { type Answer, type AnswerWait, answerSchema, signalStep } from '../../core/task/wait.ts'
import { type Bilingual, inLang, type Lang } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import type { SignalRun, WaitingPorts } from './ports.ts'
import { WAIT_PREFIX, type Waited, type WaitOrder } from './wait-order.ts'

/* Questions that commands ask people in the chat, and what people say to them. */

/** What finding a question and giving it its answer takes. */
export interface AnsweringPorts {
  store: Pick<Store, 'runs' | 'steps' | 'settings' | 'outbox'>
  signal: SignalRun
  now(): number
}

const ANSWER_PREFIX = `${WAIT_PREFIX}answer:`

/** What the question has come to. An answer stays so in later rounds; without one it is asked anew when its person has the task tried again. */
export async function answerTo(
  order: WaitOrder & { kind: 'answer' },
  run: Run,
  lang: Lang,
  ports: WaitingPorts,
): Promise<Waited> {
  const { steps, runs, settings } = ports.store
  const { name, question, choices, from } = order
  const known = await answerOf(order, run, ports.store)
  if (known !== undefined) return { value: known }
  const signal = signalOf(name, run.round)
  const untilMs = ports.now() + order.withinMs
  const asked: AnswerWait = { kind: 'answer', name, untilMs, signal, from, choices, question }
  // The cast holds: whoever was first has kept what is made here.
  const wait = (await steps.save(run.id, `${ANSWER_PREFIX}${signal}`, asked)) as AnswerWait
  if (wait.untilMs <= ports.now()) {
    await runs.signal(run.id, signal, {} satisfies Answer, [], ports.now())
    return { value: (await answerOf(order, run, ports.store)) ?? {} }
  }
  await settings.set(`${questionsOf(run.task.message)}${run.id}:${signal}`, `${run.number}`, wait.untilMs)
  const parts = questionParts(run.number, question, choices, lang)
  await ports.say({ task: run.task, round: run.round, name: signal, parts, toChat: true })
  return { waits: wait }
}

/** What was answered in any round, or that nobody answered in this one. */
export async function answerOf(
  { name }: { name: string },
  run: Run,
  { steps }: Pick<Store, 'steps'>,
): Promise<Answer | undefined> {
  for (let round = 0; round <= run.round; round++) {
    const kept = await steps.find(run.id, signalStep(signalOf(name, round)))
    const answer = kept && answerSchema.parse(kept.value)
    if (answer?.text !== undefined || (answer && round === run.round)) return answer
  }
  return undefined
}

const signalOf = (name: string, round: number): string => `answer:${name}:${round}`

/** Under which the questions of a chat are found: task and signal; each is kept for as long as it may be answered. */
function questionsOf({ from }: Message): string {
  return `question:${encodeURIComponent(chatKey(from))}:`
}

function questionParts(number: number, question: string, choices: readonly string[] | undefined, lang: Lang): Part[] {
  if (choices === undefined) return [{ kind: 'text', text: question }]
  const title = inLang(lang, { zh: `#${number} 请选择`, en: `#${number}: please choose` })
  const buttons = choices.map((choice) => ({ label: choice, command: `answer ${number} ${choice}` }))
  return [{ kind: 'card', title, text: question, buttons }]
}

/** The question that a message in this chat answers: the newest that its person is asked, or the one that is quoted; undefined when there is none. */
async function questionFor(
  message: Message,
  me: string,
  { store, now }: Pick<AnsweringPorts, 'store' | 'now'>,
): Promise<{ run: Run; wait: AnswerWait } | undefined> {
  const prefix = questionsOf(message)
  const found = await store.settings.list(prefix, now())
  const newestFirst = found.toSorted((one, other) => Number(other.value) - Number(one.value))
  const quoted = message.parts.find((part) => part.kind === 'quote')?.messageId
  const taskIds = new Set(newestFirst.map(({ name }) => name.slice(prefix.length).split(':', 1)[0] ?? ''))
  for (const id of taskIds) {
    const run = await store.runs.find(id)
    if (run === undefined || !liveStates.includes(run.state)) continue
    const said = quoted === undefined ? undefined : await saidAs(run, quoted, store)
    if (quoted !== undefined && said === undefined) continue
    const open = (await questionsIn(run, store)).filter((each) => isOpen(each, now()) && isAsked(run, each.wait, me))
    const wait = (open.findLast(({ wait: { question } }) => said?.includes(question)) ?? open.at(-1))?.wait
    if (wait !== undefined) return { run, wait }
  }
  return undefined
}

/** Takes what somebody wrote for the answer to a question; undefined when they are asked nothing here, and why not when it is none. */
export async function takeAsAnswer(
  message: Message,
  ports: AnsweringPorts,
): Promise<{ number: number; refusal: Bilingual | undefined } | undefined> {
  const text = message.text.trim()
  if (text === '') return undefined
  const me = personKey(message.from.channel, message.sender.id)
  const asked = await questionFor(message, me, ports)
  if (asked === undefined) return undefined
  return { number: asked.run.number, refusal: await giveAnswer(asked.run, asked.wait, text, me, ports) }
}

/** Gives a question its answer; the sentence why not, when it was none. */
export async function giveAnswer(
  run: Run,
  { signal, choices }: AnswerWait,
  text: string,
  me: string,
  { signal: tell }: Pick<AnsweringPorts, 'signal'>,
): Promise<Bilingual | undefined> {
  const choice = choices && chosen(choices, text)
  if (choices !== undefined && choice === undefined) return sentences.choose(run.number, choices)
  const answer: Answer = { text: choice ?? text, by: me }
  // Somebody else may have been quicker; theirs stands.
  const how = await tell(run, signal, answer, `answered by ${me}`)
  return how === 'first' ? undefined : sentences.answered(run.number)
}

/** The question of this task that a person may answer, or the sentence why there is none. */
export async function questionOf(
  run: Run,
  me: string,
  { store, now }: { store: Pick<Store, 'steps'>; now(): number },
): Promise<AnswerWait | Bilingual> {
  const asked = await questionsIn(run, store)
  const unanswered = asked.filter(({ isAnswered }) => !isAnswered)
  const theirs = unanswered.filter(({ wait }) => isAsked(run, wait, me))
  const wait = theirs.findLast((each) => isOpen(each, now()))?.wait
  if (wait !== undefined && liveStates.includes(run.state)) return wait
  if (asked.length === 0) return sentences.nothingAsked(`${run.number}`)
  if (unanswered.length === 0) return sentences.answered(run.number)
  return theirs.length === 0 ? sentences.notYours(run.number) : sentences.late(run.number)
}

interface Asked {
  wait: AnswerWait
  isAnswered: boolean
}

/** What a task has asked, oldest first. */
async function questionsIn(run: Run, { steps }: Pick<Store, 'steps'>): Promise<Asked[]> {
  const kept = await steps.list(run.id)
  const names = new Set(kept.map(({ name }) => name))
  return kept.flatMap(({ name, value }) => {
    if (!name.startsWith(ANSWER_PREFIX)) return []
    const wait = value as AnswerWait // kept above
    return [{ wait, isAnswered: names.has(signalStep(wait.signal)) }]
  })
}

function isOpen({ wait, isAnswered }: Asked, now: number): boolean {
  return !isAnswered && wait.untilMs > now
}

function isAsked(run: Run, { from }: AnswerWait, me: string): boolean {
  if (from === 'anyone') return true
  return from === 'asker' ? run.owner === me : from.some((person) => person.toLowerCase() === me)
}

/** One of the choices, by its words or its place among them. */
function chosen(choices: readonly string[], text: string): string | undefined {
  const said = text.toLowerCase()
  return (
    choices.find((each) => each.toLowerCase() === said) ??
    (/^\d{1,2}$/.test(said) ? choices[Number(said) - 1] : undefined)
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
  answered: (number: number): Bilingual => ({
    zh: `#${number} 已经有人回答了。`,
    en: `#${number} was answered already.`,
  }),
  nothingAsked: (number: string): Bilingual => ({
    zh: `#${number} 没有在等待回答。`,
    en: `#${number} does not wait for an answer.`,
  }),
  notYours: (number: number): Bilingual => ({
    zh: `#${number} 问的不是你。`,
    en: `#${number} does not ask you.`,
  }),
  late: (number: number): Bilingual => ({
    zh: `#${number} 的回答期限已过。`,
    en: `The time to answer #${number} is over.`,
  }),
}

/** For a number that no task has. */
export const nothingAsked = sentences.nothingAsked
