import type { DeliveryRecord } from '../../src/core/delivery/delivery.ts'
import { taskDetailSchema, taskListSchema } from '../../src/dashboard/api/shapes.ts'
import type { OnebotSimulator } from '../../src/simulators/onebot/index.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { QQ_TOKEN } from './qq-and-model.ts'

const GROUPS = 5
const PEOPLE = 50

/** The settings of an installation with a QQ account. */
export const qqEnv = {
  ONEBOT_ACCESS_TOKEN: QQ_TOKEN,
  HUITOU_CONFIG: 'test/promises/onebot.yaml',
}

/** The delivery of the answer to `demo echo <word>`, as the API tells it. */
export async function lastDelivery(huitou: Huitou, word: string): Promise<DeliveryRecord | undefined> {
  const response = await huitou.api(`/api/tasks?q=${word}`)
  if (!response.ok) return undefined
  const [task] = taskListSchema.parse(await response.json()).tasks
  const detail = task && (await huitou.api(`/api/tasks/${task.id}`))
  return detail?.ok ? taskDetailSchema.parse(await detail.json()).deliveries.at(-1) : undefined
}

const personOf = (number: number): string => String(10_000 + (number % PEOPLE))
const groupOf = (number: number): string => String(20_000 + ((number % PEOPLE) % GROUPS))

/** Everybody speaks at once; what each is to be answered, in its order. */
export function sayAll(simulator: OnebotSimulator, from: number, to: number): Record<string, string[]> {
  const said: Record<string, string[]> = {}
  for (let number = from; number < to; number++) {
    const person = personOf(number)
    const text = `${person}-${number}`
    simulator.sayInGroup(groupOf(number), person, `demo echo ${text}`)
    said[person] = [...(said[person] ?? []), text]
  }
  return said
}

export function answersByPerson({ inbox }: OnebotSimulator): Record<string, string[]> {
  const answers: Record<string, string[]> = {}
  for (const { text } of inbox) {
    const person = text.split('-')[0] ?? ''
    answers[person] = [...(answers[person] ?? []), text]
  }
  return answers
}

/** How many answers came after a later one of the same person. */
export function outOfOrder(simulator: OnebotSimulator): number {
  return Object.values(answersByPerson(simulator)).reduce((sum, texts) => {
    const numbers = texts.map((text) => Number(text.split('-')[1]))
    return sum + numbers.filter((number, place) => numbers.slice(0, place).some((before) => before > number)).length
  }, 0)
}

/** What every stored task echoes, with its id. */
export async function storedTexts(api: (path: string) => Promise<Response>): Promise<Map<string, string>> {
  const stored = new Map<string, string>()
  let before = ''
  for (;;) {
    const page = await api(`/api/tasks?limit=200${before}`)
    // A store that is busy with its start refuses lists.
    if (!page.ok) return new Map()
    const { tasks, next } = await page.json()
    for (const { id, text } of tasks) stored.set(text.replace('demo echo ', ''), id)
    if (next === undefined) return stored
    before = `&before=${next}`
  }
}
