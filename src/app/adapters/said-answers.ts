import type { Part } from '../../core/message/part.ts'
import type { Answer } from '../../core/task/answer-diff.ts'
import type { Run } from '../../core/task/run.ts'
import { ANSWER } from '../../engine/attempt/attempt.ts'
import { saidByName } from '../../engine/llm/tools/keep-said.ts'
import { wordsOf } from '../../engine/llm/tools/said-words.ts'
import { sayingId } from '../../outbox/drafts.ts'
import type { StoreSide } from '../store-side.ts'
import type { TalkSide } from '../talk-side.ts'

/** Under which the engine says what a command says by name. */
const SAY = 'say-'

type Ports = Pick<StoreSide, 'store'> & Pick<TalkSide, 'channels'>

/**
 * What a task has said in its last life, by name: from its deliveries, in the pieces they were cut into, or from its
 * record where `keepSaid` kept it. Empty when it is no longer kept.
 */
export async function answersOf(run: Run, ports: Ports): Promise<Answer[]> {
  const { dry, parent } = run.task
  if (dry !== undefined || (parent !== undefined && run.generation === 0)) {
    const kept = await saidByName(run.id, ports.store.steps)
    const split = ports.channels.get(run.task.message.from.channel)?.split
    return kept.map(({ name, parts }) => answerOf(name, split?.(parts) ?? parts))
  }
  const [deliveries, timeline] = await Promise.all([
    ports.store.outbox.ofTask(run.id),
    ports.store.runs.timeline(run.id),
  ])
  const said = timeline.flatMap(({ kind, text }) => (kind === 'said' && text !== undefined ? [SAY + text] : []))
  return [...new Set([...said, ANSWER])].flatMap((name) => {
    const saying = `${sayingId(run.id, run.generation, name)}-`
    const parts = deliveries.flatMap(({ delivery }) => (delivery.id.startsWith(saying) ? [delivery.part] : []))
    return parts.length === 0 ? [] : [answerOf(name, parts)]
  })
}

function answerOf(name: string, parts: readonly Part[]): Answer {
  return { name: name.startsWith(SAY) ? name.slice(SAY.length) : name, text: parts.map(shown).join('\n') }
}

function shown(part: Part): string {
  if ('media' in part) return `[${part.name === undefined ? part.kind : `${part.kind} ${part.name}`}]`
  return wordsOf(part) || `[${part.kind}]`
}
