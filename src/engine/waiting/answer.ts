import { chatKey } from '../../core/message/address.ts'
import type { Message } from '../../core/message/message.ts'
import type { Part } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import { signalStep } from '../../core/task/wait.ts'
import { type Answer, type AnswerWait, answerSchema } from '../../core/task/waits/answer.ts'
import { inLang, type Lang } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import { codeOf } from './code.ts'
import { type OrderOf, WAIT_PREFIX, type WaitKind } from './kind.ts'
import { sentences } from './sentences.ts'

/** Under which a question is kept among the steps of its run, before its signal. */
export const ANSWER_PREFIX = `${WAIT_PREFIX}answer:`

const signalOf = (name: string, generation: number): string => `answer:${name}:${generation}`

/**
 * An answer stays so in later generations; without one the question is asked anew when its person has the task tried
 * again.
 */
export const answer: WaitKind<OrderOf<'answer'>, AnswerWait> = {
  async begin(order, run, { store, now }) {
    const { steps, runs, settings } = store
    const { name, question, choices, from } = order
    const known = await answerOf(order, run, store)
    if (known !== undefined) return { value: known }
    const signal = signalOf(name, run.generation)
    const atMs = now()
    const untilMs = atMs + order.withinMs
    const code = await codeOf(run, signal, steps)
    const asked: AnswerWait = { kind: 'answer', name, atMs, untilMs, signal, code, from, choices, question }
    // The cast holds: whoever was first has kept what is made here.
    const wait = (await steps.save(run.id, `${ANSWER_PREFIX}${signal}`, asked)) as AnswerWait
    if (wait.untilMs <= now()) {
      await runs.signal(run.id, signal, {} satisfies Answer, [], now())
      return { value: (await answerOf(order, run, store)) ?? {} }
    }
    const listed = `${questionsOf(run.task.message)}${run.id}:${signal}`
    await settings.set(listed, `${wait.atMs ?? wait.untilMs - order.withinMs} ${code}`, wait.untilMs)
    return { waits: { ...wait, code } }
  },
  asks: (wait, run, lang) => [{ name: wait.signal, parts: [questionPart(wait, run, lang)] }],
  async endOf(order, run, { store }) {
    const value = await answerOf(order, run, store)
    return value && { value }
  },
  dry: ({ name }) => ({ value: {} satisfies Answer, note: `question ${name}: nobody is asked in a dry run` }),
}

/** What was answered in any generation, or that nobody answered in this one. */
async function answerOf(
  { name }: { name: string },
  run: Run,
  { steps }: Pick<Store, 'steps'>,
): Promise<Answer | undefined> {
  for (let generation = 0; generation <= run.generation; generation++) {
    const kept = await steps.find(run.id, signalStep(signalOf(name, generation)))
    const given = kept && answerSchema.parse(kept.value)
    if (given?.text !== undefined || (given && generation === run.generation)) return given
  }
  return undefined
}

/**
 * Under which the questions of a chat are found: task and signal. Each is kept for as long as it may be answered; its
 * value is the time at which it was asked, and its code.
 */
export function questionsOf({ from }: Message): string {
  return `question:${encodeURIComponent(chatKey(from))}:`
}

function questionPart({ question, choices, code = '' }: AnswerWait, { number }: Run, lang: Lang): Part {
  if (choices === undefined) return { kind: 'text', text: question }
  const title = inLang(lang, sentences.pleaseChoose(number))
  const buttons = choices.map((choice) => ({ label: choice, command: `answer ${number}${code} ${asWords(choice)}` }))
  return { kind: 'card', title, text: question, buttons }
}

/** As the command reads it again: what begins like a flag or a quote stands in quotes. */
function asWords(choice: string): string {
  return /^(?:--|["'“‘])/.test(choice) ? `"${choice.replaceAll(/["\\]/g, '\\$&')}"` : choice
}
