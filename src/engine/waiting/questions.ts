import { liveStates, type Run } from '../../core/task/run.ts'
import { signalStep } from '../../core/task/wait.ts'
import { type AnswerWait, type GivenAnswer, givenAnswerSchema } from '../../core/task/waits/answer.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { stepsNamed } from '../../store/named-steps.ts'
import type { Store } from '../../store/store.ts'
import { ANSWER_PREFIX } from './answer.ts'
import { codeFound, isOfNow, named, type Reference, referenceText } from './code.ts'
import type { EndingPorts } from './ports.ts'
import { choiceLine, sentences as common } from './sentences.ts'

/* The questions of a task, and what people say to them. */

/** What somebody says to a question, and the message that says it: said by it again it is the same answer. */
export interface Said {
  text: string
  by: string
  message: string
}

/** A question that was asked, and what was said to it. */
export interface AskedQuestion {
  wait: AnswerWait
  given?: GivenAnswer
}

/** What a task has asked, oldest first. */
export async function questionsIn(
  run: Run,
  steps: Pick<Store['steps'], 'list' | 'find' | 'sizes'>,
): Promise<AskedQuestion[]> {
  const kept = await stepsNamed(run.id, [ANSWER_PREFIX, signalStep('')], steps)
  const values = new Map(kept.map(({ name, value }) => [name, value]))
  return kept.flatMap(({ name, value }) => {
    if (!name.startsWith(ANSWER_PREFIX)) return []
    const wait = value as AnswerWait // kept where it began
    return [{ wait, given: givenAnswerSchema.safeParse(values.get(signalStep(wait.signal))).data }]
  })
}

export function isUnanswered(run: Run, { wait, given }: AskedQuestion): boolean {
  return given === undefined && isOfNow(run, wait) && liveStates.includes(run.state)
}

export function isAsked(run: Run, { from }: AnswerWait, me: string): boolean {
  if (from === 'anyone') return true
  return from === 'asker' ? run.owner === me : from.some((person) => person.toLowerCase() === me)
}

/** One of the choices, by its words or its place among them; undefined when it is none. */
function fitting({ choices }: AnswerWait, text: string): string | undefined {
  if (choices === undefined) return text
  const said = plain(text)
  return (
    choices.find((each) => each === text) ??
    choices.find((each) => plain(each) === said) ??
    (/^\d{1,2}$/.test(said) ? choices[Number(said) - 1] : undefined)
  )
}

/** Whatever case and width it is written in. */
function plain(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
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

function overSentence(asked: readonly AskedQuestion[], number: string): Bilingual {
  const isAnswered = asked.some(({ given }) => given?.text !== undefined)
  return isAnswered ? sentences.answered(number) : sentences.late(number)
}

/** Gives a question its answer; the sentence why not, when it was none. */
async function giveAnswer(
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
