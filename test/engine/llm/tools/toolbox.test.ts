import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Part } from '../../../../src/core/message/part.ts'
import type { TimelineEvent } from '../../../../src/core/task/run.ts'
import { openToolbox } from '../../../../src/engine/llm/tools/kept-toolbox.ts'
import { TasksPending } from '../../../../src/engine/llm/tools/tasks-pending.ts'
import type { Tool, Toolbox, ToolResult } from '../../../../src/engine/llm/tools/toolbox.ts'
import type { EmbeddedStore } from '../../../../src/store/embedded/index.ts'
import { aRun, mustStart, noon } from '../../../contracts/store/samples.ts'
import { anEmbeddedStore } from '../../../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let called: string[]
let attached: Part[]
let noted: Pick<TimelineEvent, 'text' | 'ms' | 'child'>[]
beforeEach(() => {
  called = []
  attached = []
  noted = []
})

const picture: Part = { kind: 'image', media: { source: 'kept', fileId: 'f1' }, name: 'a.png' }
const done = (text: string, parts: Part[] = []): ToolResult => ({ text, parts, end: 'done' })
const aTool = (name: string, call: Tool['call']): Tool => ({
  name,
  description: '',
  parameters: {},
  call: async (use) => {
    called.push(`${name} ${JSON.stringify(use.given)}`)
    return call(use)
  },
})

type Started = Awaited<ReturnType<typeof mustStart>>
const aRunning = (): Promise<Started> => mustStart(store, aRun(), noon)

/** The toolbox of one attempt. */
function attempt(run: Started, tools: Tool[], signal = AbortSignal.timeout(10_000)): Toolbox {
  return openToolbox('q1', {
    run,
    lang: 'en',
    sources: [async () => tools, async () => [aTool('draw', async () => done('a twin'))]],
    steps: store.steps,
    signal,
    mayWait: true,
    isGivenUp: () => true,
    note: (event) => void noted.push(event),
    attach: (parts) => void attached.push(...parts),
    now: Date.now,
  })
}

const draw = aTool('draw', async () => done('drawn', [picture]))
const call = (id: string, name: string, given = '{}') => ({ id, name, arguments: given })

test('a later attempt finds turns and results as they were, and calls nothing again', async () => {
  const run = await aRunning()
  const calls = [call('a', 'draw', '{"size":1}')]
  const first = attempt(run, [draw])
  await first.turn(1, async () => ({ text: 'look', calls }))
  expect(await first.results(1, calls)).toEqual(['drawn'])
  const later = attempt(run, [draw])
  expect(await later.turn(1, () => Promise.reject(new Error('asked again')))).toEqual({ text: 'look', calls })
  expect(await later.results(1, calls)).toEqual(['drawn'])
  expect(called).toEqual(['draw {"size":1}'])
  expect(noted).toMatchObject([{ text: 'draw {"size":1} · done' }])
  // Each attempt has them to send, since one of them says the last word.
  expect(attached).toEqual([picture, picture])
})

test('of an iteration that was cut only what has no result is called again', async () => {
  const run = await aRunning()
  const calls = [call('a', 'draw'), call('b', 'broken')]
  const broken = aTool('broken', () => Promise.reject(new Error('the store is away')))
  await expect(attempt(run, [draw, broken]).results(1, calls)).rejects.toThrow('the store is away')
  const mended = aTool('broken', async () => done('well'))
  expect(await attempt(run, [draw, mended]).results(1, calls)).toEqual(['drawn', 'well'])
  expect(called).toEqual(['draw {}', 'broken {}', 'broken {}'])
})

test('calls that take longer are waited for together, when all others are done', async () => {
  const run = await aRunning()
  const long = (id: string, untilMs: number) =>
    aTool(id, () => Promise.reject(new TasksPending({ kind: 'tasks', name: id, untilMs, taskIds: [id] })))
  const calls = ['one', 'draw', 'two'].map((name) => call(name, name))
  const thrown = await attempt(run, [long('one', 7), draw, long('two', 5)])
    .results(1, calls)
    .catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(TasksPending)
  expect(thrown).toMatchObject({ wait: { kind: 'tasks', untilMs: 5, taskIds: ['one', 'two'] } })
})

test('a tool that is not there and arguments that are no object are told in words', async () => {
  const run = await aRunning()
  const calls = [call('a', 'nothing'), call('b', 'draw', '[1]'), call('c', 'draw', '{"a'), call('d', 'draw', '')]
  expect(await attempt(run, [draw]).results(1, calls)).toEqual([
    'There is no tool named nothing.',
    'The arguments are no JSON object; the tool was not run.',
    'The arguments are no JSON object; the tool was not run.',
    'drawn',
  ])
})

test('of two tools with one name the first counts', async () => {
  const run = await aRunning()
  const toolbox = attempt(run, [draw])
  expect(await toolbox.offered()).toHaveLength(1)
  expect(await toolbox.results(1, [call('a', 'draw')])).toEqual(['drawn'])
})
