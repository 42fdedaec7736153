import { z } from 'zod'
import type { Part } from '../../../core/message/part.ts'
import type { ToolCall } from '../../../core/model/llm.ts'
import { retryWhileUnavailable } from '../../../core/retry-while-unavailable.ts'
import type { Run, TimelineEvent } from '../../../core/task/run.ts'
import type { Lang } from '../../../core/text/lang.ts'
import { inLang } from '../../../core/text/lang.ts'
import type { Steps } from '../../../store/store.ts'
import { childId, resultStep, turnStep } from './names.ts'
import { toolSentences } from './sentences.ts'
import { TasksPending } from './tasks-pending.ts'
import {
  type Tool,
  type Toolbox,
  type ToolResult,
  type ToolSource,
  toolResultSchema,
  toolTurnSchema,
} from './toolbox.ts'

export interface KeptToolboxPorts {
  run: Run
  lang: Lang
  sources: readonly ToolSource[]
  steps: Pick<Steps, 'find' | 'save'>
  signal: AbortSignal
  mayWait: boolean
  isGivenUp(): boolean
  /** One call, for the timeline. */
  note(event: Pick<TimelineEvent, 'text' | 'ms' | 'child'>): void
  /** Files and pictures that a call made. */
  attach(parts: readonly Part[]): void
  now(): number
}

const SHOWN_ARGUMENTS = 120
const objectSchema = z.record(z.string(), z.unknown())

/**
 * A toolbox whose turns and results are steps of the task; `question` names this one among the questions of the task.
 */
export function openToolbox(question: string, ports: KeptToolboxPorts): Toolbox {
  const { run, lang, sources, steps, signal } = ports
  let opening: Promise<ReadonlyMap<string, Tool>> | undefined

  /** By name; of two with one name the first counts. */
  async function openAll(): Promise<ReadonlyMap<string, Tool>> {
    const found = await Promise.all(sources.map((source) => source(run, lang)))
    const tools = new Map<string, Tool>()
    for (const tool of found.flat()) if (!tools.has(tool.name)) tools.set(tool.name, tool)
    return tools
  }
  const open = (): Promise<ReadonlyMap<string, Tool>> => (opening ??= openAll())

  async function callOne(id: string, { name, arguments: json }: ToolCall): Promise<ToolResult> {
    const tool = (await open()).get(name)
    const told = (sentence: { zh: string; en: string }, end: string): ToolResult => ({
      text: inLang(lang, sentence),
      parts: [],
      end,
    })
    if (tool === undefined) return told(toolSentences.unknown(name), 'there is no such tool')
    const given = argumentsIn(json)
    if (given === undefined) return told(toolSentences.notJson, 'the arguments are no JSON object')
    return tool.call({ id, given, signal, mayWait: ports.mayWait, isGivenUp: ports.isGivenUp })
  }

  async function resultOf(iteration: number, place: number, call: ToolCall): Promise<ToolResult> {
    const name = resultStep(question, iteration, place)
    const kept = await retryWhileUnavailable(() => steps.find(run.id, name))
    if (kept !== undefined) return toolResultSchema.parse(kept.value)
    const startedAt = ports.now()
    const result = await callOne(childId(run.id, question, iteration, place), call)
    const saved = toolResultSchema.parse(await retryWhileUnavailable(() => steps.save(run.id, name, result)))
    const shown =
      call.arguments.length > SHOWN_ARGUMENTS ? `${call.arguments.slice(0, SHOWN_ARGUMENTS)}…` : call.arguments
    ports.note({ text: `${call.name} ${shown} · ${saved.end}`, ms: ports.now() - startedAt, child: saved.child })
    return saved
  }

  return {
    async offered() {
      return [...(await open()).values()].map(({ name, description, parameters }) => ({
        name,
        description,
        parameters,
      }))
    },
    async turn(iteration, ask) {
      const name = turnStep(question, iteration)
      const kept = await retryWhileUnavailable(() => steps.find(run.id, name))
      if (kept !== undefined) return toolTurnSchema.parse(kept.value)
      const { text, calls } = await ask()
      if (calls.length === 0) return { text, calls }
      return toolTurnSchema.parse(await retryWhileUnavailable(() => steps.save(run.id, name, { text, calls })))
    },
    async results(iteration, calls) {
      const settled = await Promise.allSettled(calls.map((call, place) => resultOf(iteration, place + 1, call)))
      const results = whole(settled, question)
      ports.attach(results.flatMap(({ parts }) => parts))
      return results.map(({ text }) => text)
    },
  }
}

/** All results, or what keeps them: a fault of any before the tasks that go on. */
function whole(settled: readonly PromiseSettledResult<ToolResult>[], name: string): ToolResult[] {
  const waits: TasksPending['wait'][] = []
  const results: ToolResult[] = []
  for (const each of settled) {
    if (each.status === 'fulfilled') results.push(each.value)
    else if (each.reason instanceof TasksPending) waits.push(each.reason.wait)
    else throw each.reason
  }
  if (waits.length === 0) return results
  const untilMs = Math.min(...waits.map((wait) => wait.untilMs))
  throw new TasksPending({ kind: 'tasks', name, untilMs, taskIds: waits.flatMap(({ taskIds }) => taskIds) })
}

/** No arguments at all are none. */
function argumentsIn(json: string): Record<string, unknown> | undefined {
  if (json.trim() === '') return {}
  try {
    return objectSchema.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}
