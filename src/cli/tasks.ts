import { z } from 'zod'
import { retriedSchema, type TaskSummary, taskDetailSchema, taskListSchema } from '../dashboard/api/shapes.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

export const tasksCommand: CliCommand = {
  usage: 'tasks [state]',
  summary: 'the newest tasks',
  async run([state]) {
    const client = await apiClient()
    const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`
    const { tasks } = await client.call('GET', `/api/tasks${query}`, taskListSchema)
    if (tasks.length === 0) say('no tasks')
    for (const task of tasks) say(lineOf(task))
  },
}

export const taskCommand: CliCommand = {
  usage: 'task <number>',
  summary: 'one task, hop by hop',
  async run([number]) {
    const client = await apiClient()
    const id = await idOf(client, number)
    const task = await client.call('GET', `/api/tasks/${id}`, taskDetailSchema)
    say(lineOf(task))
    const from = task.timeline[0]?.at ?? task.createdAt
    for (const event of task.timeline) say(`  +${event.at - from} ms  ${event.kind}  ${event.text ?? ''}`)
    for (const { delivery, state, why } of task.deliveries) say(`  ${delivery.id}  ${state}  ${why ?? ''}`)
  },
}

export const cancelCommand: CliCommand = {
  usage: 'cancel <number>',
  summary: 'stop a task',
  async run([number]) {
    const client = await apiClient()
    await client.call('POST', `/api/tasks/${await idOf(client, number)}/cancel`, z.unknown(), {})
    say('done')
  },
}

export const retryCommand: CliCommand = {
  usage: 'retry <number> [--fresh]',
  summary: 'run an ended task again, from the step that failed or from the start',
  async run(words) {
    const client = await apiClient()
    const id = await idOf(
      client,
      words.find((word) => !word.startsWith('--')),
    )
    const path = `/api/tasks/${id}/retry`
    const { kept } = await client.call('POST', path, retriedSchema, { fresh: words.includes('--fresh') })
    say(kept.length === 0 ? 'starts from the beginning' : `goes on; kept: ${kept.join(', ')}`)
  },
}

export async function idOf(client: ApiClient, number = ''): Promise<string> {
  const wanted = Number(number.replace(/^#/, ''))
  if (!Number.isInteger(wanted) || wanted <= 0) throw new CliError('give the task’s number, as in: task 12')
  // The list goes downward from `before`, so the task is its first line.
  const { tasks } = await client.call('GET', `/api/tasks?limit=1&before=${wanted + 1}`, taskListSchema)
  const [task] = tasks
  if (task?.number !== wanted) throw new CliError(`there is no task #${wanted}`)
  return task.id
}

function lineOf(task: TaskSummary): string {
  const number = task.number === undefined ? '' : `#${task.number}`
  return `${number.padEnd(6)} ${task.state.padEnd(9)} ${(task.command || task.text.slice(0, 30)).padEnd(24)} ${task.channel}:${task.sender.id}  ${task.why?.split('\n', 1)[0] ?? ''}`
}
