import type { LlmMessage, LlmTurn } from '../../../core/model/llm.ts'
import { LlmError } from '../llm-error.ts'
import type { Toolbox, ToolSpec, ToolTurn } from './toolbox.ts'

/** Asks, runs what the model calls, tells it what came of that, and asks again, until it answers in words alone. */
export async function answerWithTools(
  messages: readonly LlmMessage[],
  toolbox: Toolbox,
  mostRounds: number,
  ask: (turns: readonly LlmTurn[], tools: readonly ToolSpec[]) => Promise<ToolTurn>,
): Promise<string> {
  const tools = await toolbox.offered()
  const turns: LlmTurn[] = [...messages]
  for (let iteration = 1; ; iteration++) {
    const { text, calls } = await toolbox.turn(iteration, () => ask(turns, tools))
    if (calls.length === 0) return text
    if (iteration > mostRounds) throw new LlmError('too_many_rounds', `it called tools ${mostRounds} times in a row`)
    const results = await toolbox.results(iteration, calls)
    turns.push({ role: 'assistant', text, calls })
    for (const [place, { id }] of calls.entries()) {
      turns.push({ role: 'tool', callId: id, text: results[place] ?? '' })
    }
  }
}
