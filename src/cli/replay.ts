import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Replayed } from '../core/task/replay.ts'
import { liveStates } from '../core/task/run.ts'
import { replayAnswerSchema, taskDetailSchema } from '../dashboard/api/shapes.ts'
import { apiClient } from './api-client.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

const LOOK_MS = 500
const marks = { both: ' ', old: '-', new: '+' } as const

export const replayCommand: CliCommand = {
  usage: 'replay <number|id> [--dry] [--no-models] [--no-tools]',
  summary: 'run a past message with the code of now; --dry sends nothing and shows what has changed',
  async run(words) {
    const { which, ...body } = read(words)
    const client = await apiClient()
    const path = `/api/tasks/${encodeURIComponent(which)}/replay`
    const begun = await client.call('POST', path, replayAnswerSchema, { ...body, waitMs: 1_000 })
    say(`#${begun.number} repeats #${begun.replay.of.number}${body.dry ? ', dry: nothing is sent or done' : ''}`)
    let task: Pick<typeof begun, 'state' | 'why' | 'waits' | 'replay'> = begun
    while (liveStates.includes(task.state)) {
      if (task.waits !== undefined) return say(`it waits for something; look later with: task ${begun.number}`)
      await wait(LOOK_MS)
      const { replay = begun.replay, ...now } = await client.call('GET', `/api/tasks/${begun.id}`, taskDetailSchema)
      task = { ...now, replay }
    }
    for (const line of linesOf(task.state, task.why, task.replay)) say(line)
  },
}

function read(words: readonly string[]): { which: string; dry: boolean; models: boolean; tools: boolean } {
  const options = {
    dry: { type: 'boolean', default: false },
    models: { type: 'boolean', default: true },
    tools: { type: 'boolean', default: true },
  } as const
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
      allowNegative: true,
    })
    const [which, ...more] = positionals
    if (which !== undefined && more.length === 0) return { which: which.replace(/^#/, ''), ...values }
  } catch {
    // An option that there is not.
  }
  throw new CliError(`usage: ${replayCommand.usage}`)
}

function linesOf(state: string, why: string | undefined, { was, answers = [] }: Replayed): string[] {
  const ended = was === undefined || was.state === state ? state : `${was.state}, now ${state}`
  const reason = why === undefined ? '' : `: ${why.split('\n', 1)[0]}`
  const diff = answers.flatMap(({ name, state: how, lines }) => [
    `${name}: ${how}`,
    ...(how === 'same' ? [] : lines.map(({ kind, text }) => `  ${marks[kind]} ${text}`)),
  ])
  return [`${ended}${reason}`, ...(diff.length === 0 ? ['neither says anything'] : diff)]
}
