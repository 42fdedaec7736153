import type { Catalog, CommandEntry } from '../../../core/command/catalog.ts'
import { commandWords } from '../../../core/command/words.ts'
import { retryWhileUnavailable } from '../../../core/retry-while-unavailable.ts'
import { liveStates, newRunOf, type Run } from '../../../core/task/run.ts'
import type { Task } from '../../../core/task/task.ts'
import { inLang, type Lang } from '../../../core/text/lang.ts'
import type { Store } from '../../../store/store.ts'
import type { Access } from '../../people/access.ts'
import type { TaskWatch } from '../../waiting/task-watch.ts'
import { saidBy } from './keep-said.ts'
import { toolName } from './names.ts'
import { saidWords } from './said-words.ts'
import { toolSentences } from './sentences.ts'
import { TasksPending } from './tasks-pending.ts'
import type { ToolResult, ToolSource, ToolUse } from './toolbox.ts'

/** A slot is held for so long for what was called: most of it takes a moment. */
const HELD_MS = 5_000
/** Between two looks at a task whose end nobody told of, while its caller has a slot. */
const LOOK_MS = 1_000
/** And the first one while it has none. */
const FIRST_LOOK_MS = 60_000

export interface CommandToolPorts {
  store: Pick<Store, 'runs' | 'steps'>
  catalog(): Catalog
  /** Lanes that there are. */
  lanes: ReadonlySet<string>
  access: Pick<Access, 'mayUse'>
  /** Puts a task into its lane; again, it is left as it is. */
  enqueue(task: Task): Promise<void>
  /** The place in the lane of an owner's next task. */
  priorityOf(lane: string, owner: string): Promise<number>
  cancel(run: Run, by: string): Promise<boolean>
  watch: Pick<TaskWatch, 'until'>
  now(): number
}

/** The commands marked as tools that the asker may use. Each call is a task of its own, of the same person. */
export function commandTools(ports: CommandToolPorts): ToolSource {
  const { store, catalog, lanes, access } = ports

  async function call(parent: Run, entry: CommandEntry, lang: Lang, use: ToolUse): Promise<ToolResult> {
    const child = await retryWhileUnavailable(() => begin(parent, entry, use))
    try {
      const ended = await endOf(child.id, use)
      if (ended === undefined) throw pending(child)
      return await resultOf(ended, lang)
    } catch (error) {
      if (use.signal.aborted && use.isGivenUp()) await ports.cancel(child, child.owner)
      throw error
    }
  }

  /** Its end is told by a signal; the looks besides grow rarer the longer it takes. */
  function pending(child: Run): TasksPending {
    const now = ports.now()
    const untilMs = now + Math.max(FIRST_LOOK_MS, now - child.createdAt)
    return new TasksPending({ kind: 'tasks', name: child.id, untilMs, taskIds: [child.id] })
  }

  /** The record first: it has a number from the start, and a cancel finds it wherever it is. */
  async function begin(parent: Run, entry: CommandEntry, use: ToolUse): Promise<Run> {
    const known = await store.runs.find(use.id)
    const run = known ?? (await store.runs.create(newRunOf(await taskOf(parent, entry, use)), ports.now())).run
    if (run.state === 'waiting') await ports.enqueue(run.task)
    return run
  }

  async function taskOf(parent: Run, entry: CommandEntry, { id, given }: ToolUse): Promise<Task> {
    const text = commandLine(entry, given)
    const { message } = parent.task
    const beside = message.parts.filter(({ kind }) => kind !== 'text' && kind !== 'mention')
    return {
      id,
      lane: entry.lane,
      route: { scene: entry.scene, command: entry.name, rest: '', given: { ...given } },
      message: { ...message, id, text, parts: [{ kind: 'text', text }, ...beside], receivedAt: ports.now() },
      parent: { id: parent.id, number: parent.number },
      dry: parent.task.dry,
      priority: await ports.priorityOf(entry.lane, parent.owner),
    }
  }

  /** Undefined when it takes longer than a slot is held for it. */
  async function endOf(id: string, { signal, mayWait }: ToolUse): Promise<Run | undefined> {
    const patience = ports.now() + (mayWait ? HELD_MS : Number.POSITIVE_INFINITY)
    const look = async (): Promise<{ ended: Run | undefined } | undefined> => {
      const run = await retryWhileUnavailable(() => store.runs.find(id))
      if (run === undefined) throw new Error(`the task ${id} is gone`)
      if (!liveStates.includes(run.state)) return { ended: run }
      // What waits for a person may take hours.
      return ports.now() >= patience || (mayWait && run.waits !== undefined) ? { ended: undefined } : undefined
    }
    return (await ports.watch.until(id, look, LOOK_MS, signal)).ended
  }

  async function resultOf(run: Run, lang: Lang): Promise<ToolResult> {
    const { text, media } = saidWords(await retryWhileUnavailable(() => saidBy(run.id, store.steps)), lang)
    const child = { id: run.id, number: run.number }
    const { number, state } = run
    if (state === 'done') {
      return { text: text === '' ? inLang(lang, toolSentences.nothingSaid) : text, parts: media, end: state, child }
    }
    const what = state === 'waiting' || state === 'running' ? 'ignored' : state
    return { text: `${inLang(lang, toolSentences[what](number))}\n${text}`.trim(), parts: media, end: state, child }
  }

  return async (run, lang) => {
    // What a tool asks of a model is answered without tools, and nobody waits for a slot of the lane they hold one of.
    if (run.task.parent !== undefined) return []
    const entries = catalog()
      .scenes.flatMap(({ commands }) => commands)
      .filter(({ tool, lane }) => tool !== undefined && lanes.has(lane) && lane !== run.task.lane)
    const usable = await Promise.all(
      entries.map(async (entry) =>
        (await retryWhileUnavailable(() => access.mayUse(run.task.message, entry.scene, entry.name))) ? [entry] : [],
      ),
    )
    return usable.flat().map((entry) => ({
      name: toolName(entry.scene, entry.name),
      description: inLang(lang, entry.summary),
      parameters: entry.tool?.parameters ?? {},
      call: (use) => call(run, entry, lang, use),
    }))
  }
}

const LONGEST_VALUE = 200

/** A call as people would write it. */
export function commandLine(
  entry: Pick<CommandEntry, 'scene' | 'name'>,
  given: Readonly<Record<string, unknown>>,
): string {
  const values = Object.values(given).map((value) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    const shown = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
    return /^[^\s"'“‘]+$/.test(shown) ? shown : `"${shown.replaceAll('"', '\\"')}"`
  })
  return [...commandWords(entry.scene, entry.name), ...values].join(' ')
}
