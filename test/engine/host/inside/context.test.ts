import { expect, onTestFinished, test } from 'vitest'
import type { HostCall } from '../../../../src/engine/host/protocol.ts'
import type { HostCalls, HostEnd } from '../../../../src/engine/host/slots.ts'
import { openSlots } from '../../../../src/engine/host/slots.ts'
import { readSources } from '../../../../src/scenes/sources.ts'
import { aScene, aSceneFolder, silent } from '../../scene-folder.ts'

const message = {
  id: 'm1',
  from: { channel: 'console', chat: 'c', chatKind: 'private' as const },
  sender: { id: 'ann' },
  text: '',
  parts: [],
  receivedAt: 0,
}
const never = new AbortController().signal
const minuteMs = 60_000

/** An engine that keeps steps and ends, and writes down what it was asked, a line each. */
class Outside implements HostCalls {
  readonly asked: string[] = []
  readonly steps = new Map<string, unknown>()
  readonly ends = new Map<string, unknown>()
  readonly logged: string[] = []
  begun(): void {}
  async call(call: HostCall): Promise<unknown> {
    switch (call.method) {
      case 'keptSteps':
        return { steps: [...this.steps].map(([name, value]) => ({ name, value })), isAll: true }
      case 'saveStep':
        this.steps.set(call.name, call.value)
        this.asked.push(`step ${call.name}`)
        return call.value
      case 'wait': {
        const { name } = call.order
        if (this.ends.has(name)) return { value: this.ends.get(name) }
        if (call.onlyKept) return undefined
        this.asked.push(`wait ${JSON.stringify(call.order)}`)
        return { waits: { kind: 'sleep', name, untilMs: 1 } }
      }
      case 'tookBack':
        this.asked.push(`took back ${call.name}${call.error === undefined ? '' : `: ${call.error}`}`)
        return undefined
      default:
        this.asked.push(`${call.method} ${'name' in call ? call.name : ''}`)
        return undefined
    }
  }
  progress(): void {}
  log(text: string): void {
    this.logged.push(text)
  }
}

async function aCommand(source: string, top?: string) {
  const folder = await aSceneFolder({ 'try.ts': aScene('try', { it: source }, top) })
  const slots = openSlots({ isolation: 'thread', size: 1, sources: () => readSources([folder.path]), log: silent })
  onTestFinished(() => slots.close())
  const outside = new Outside()
  const run = (undoes?: string[], signal = never): Promise<HostEnd> => {
    const route = { scene: 'try', command: 'it', rest: '' }
    return slots.run(
      { runId: 'r', route, message, lang: 'en', attempt: 1, taskNumber: 12, undoes },
      outside,
      signal,
      10_000,
    )
  }
  return { outside, run }
}

const done = (text: string) => ({ state: 'done', parts: [{ kind: 'text', text }] })

test('a question waits, and its answer is what was said, or nothing', async () => {
  const source = `async ({ ask }) => {
    const size = await ask('size', 'Which size?', { choices: ['S', 'L'], withinMs: 1000, from: ['console:bob'] })
    const colour = await ask('colour', 'Which colour?')
    return JSON.stringify([size, colour])
  }`
  const { outside, run } = await aCommand(source)
  expect(await run()).toMatchObject({ state: 'waits' })
  const order = { kind: 'answer', name: 'size', question: 'Which size?', from: ['console:bob'] }
  expect(JSON.parse(outside.asked[0]?.slice('wait '.length) ?? '')).toEqual({
    ...order,
    choices: ['S', 'L'],
    withinMs: 1000,
  })
  outside.ends.set('size', { text: 'L', by: 'console:bob' })
  expect(await run()).toMatchObject({ state: 'waits' })
  outside.ends.set('colour', {})
  expect(await run()).toEqual(done('[{"text":"L","by":"console:bob"},null]'))
})

test.each([
  { wrong: "ask('a', '')", says: 'ask("a")' },
  { wrong: "ask('a', 'Which?', { choices: ['one'] })", says: 'choices' },
  { wrong: "approve('a', { escalate: { afterMs: 1, to: 'nobody' } })", says: 'escalate' },
  { wrong: "step('a', () => 1, { retries: -1 })", says: 'retries' },
  { wrong: "onCancel('a')", says: 'takes a function' },
  { wrong: "onCancel('a', () => 1, { timeoutMs: 1e9 })", says: 'timeoutMs' },
  { wrong: "step('undo:a', () => 1)", says: 'does not begin with undo:' },
  { wrong: "step('outer', () => ask('a', 'Which?'))", says: 'inside the step "outer"' },
  { wrong: "step('outer', () => onCancel('a', () => 1))", says: 'inside the step "outer"' },
  { wrong: "onCancel('a', () => 1).then(() => onCancel('a', () => 1))", says: 'twice with the name "a"' },
  { wrong: "Promise.all([ask('a', 'x'), ask('a', 'y')])", says: 'twice with the name "a"' },
])('$wrong is a mistake that no retry mends', async ({ wrong, says }) => {
  const { run } = await aCommand(`async ({ ask, approve, step, onCancel }) => { return ${wrong} }`)
  expect(await run()).toMatchObject({ state: 'failed', retry: 'never', message: expect.stringContaining(says) })
})

test('a step is tried again, and its result is that of the try that succeeded', async () => {
  const source = `({ step }) => step('pay', () => { if (++tries < 2) throw new Error('busy'); return 'try ' + tries }, { retries: 2 })`
  const { outside, run } = await aCommand(source, 'let tries = 0')
  expect(await run()).toEqual(done('try 2'))
  expect(outside.logged).toEqual([expect.stringMatching(/^step "pay", try 1 of 3: busy; again in 1(\.\d)? s$/)])
})

test('what no retry can help, or what was stopped, is not tried again', async () => {
  const refusing = await aCommand(
    `({ step }) => step('pay', () => { tries++; refuse('no money: ' + tries) }, { retries: 5 })`,
    "import { refuse } from '#scene'\nlet tries = 0",
  )
  expect(await refusing.run()).toMatchObject({ state: 'refused', why: 'no money: 1' })

  const stop = new AbortController()
  const stopped = await aCommand(`({ step }) => step('pay', () => { throw new Error('busy') }, { retries: 5 })`)
  stopped.outside.log = () => stop.abort()
  expect(await stopped.run(undefined, stop.signal)).toMatchObject({ state: 'failed' })
})

test('a step that takes too long is told to stop and fails with its limit, also when it does not listen', async () => {
  const listens = await aCommand(
    `({ step }) => step('slow', (signal) => new Promise((_, no) => { signal.onabort = () => no(new Error('stopped')) }), { timeoutMs: 20 })`,
  )
  const failed = { state: 'failed', message: 'step "slow" took longer than its 20 ms', retry: 'later' }
  expect(await listens.run()).toMatchObject(failed)
  const deaf = await aCommand(`({ step }) => step('slow', () => new Promise(() => {}), { timeoutMs: 20 })`)
  expect(await deaf.run()).toMatchObject(failed)
})

const trip = `async ({ step, say, ask, act, onCancel, sleep }) => {
  await say('begun', 'booking')
  await onCancel('hotel', () => say('hotel', 'no hotel any more'))
  const room = await step('hotel', () => 'room 12')
  await sleep('moment', 1)
  await act({ kind: 'recall', messageId: 'm' })
  await onCancel('flight', () => { if (room !== 'room 12') throw new Error('lost'); return step('refund', () => 5) })
  await step('flight', () => 'seat 3')
  await ask('sure', 'Sure?')
  await onCancel('party', () => {})
  await step('party', () => 1)
}`

test('what takes a command back is found by calling it again, and called the last one first', async () => {
  const { outside, run } = await aCommand(trip)
  await run()
  outside.ends.set('moment', undefined)
  expect(await run()).toMatchObject({ state: 'waits' })
  const kept = [...outside.steps.keys()]
  outside.asked.length = 0
  expect(await run(['hotel', 'flight'])).toEqual({ state: 'done', parts: [] })
  expect(outside.asked).toEqual(['step refund', 'took back flight', 'say hotel', 'took back hotel'])
  expect([...outside.steps.keys()]).toEqual([...kept, 'refund'])
})

test('a command that is taken back goes no further than it was, and what it does not come to is told', async () => {
  const { outside, run } = await aCommand(trip)
  await run()
  outside.asked.length = 0
  await run(['hotel', 'flight', 'party'])
  const notFound = 'the command did not come to it when it was called again'
  expect(outside.asked).toEqual([
    `took back party: ${notFound}`,
    `took back flight: ${notFound}`,
    'say hotel',
    'took back hotel',
  ])
})

test('what fails to take back is tried three times, and the others follow', { timeout: minuteMs }, async () => {
  const { outside, run } = await aCommand(
    `async ({ onCancel }) => {
      await onCancel('a', () => {})
      await onCancel('b', () => { throw new Error('closed ' + ++tries) })
      await onCancel('c', () => new Promise(() => {}), { timeoutMs: 10 })
      throw new Error('no')
    }`,
    'let tries = 0',
  )
  expect(await run(['a', 'b', 'c'])).toEqual({ state: 'done', parts: [] })
  expect(outside.asked).toEqual([
    'took back c: onCancel "c" took longer than its 10 ms',
    'took back b: closed 3',
    'took back a',
  ])
})

test('what takes a command back does not wait', async () => {
  const { outside, run } = await aCommand(
    "async ({ onCancel, sleep }) => { await onCancel('a', () => sleep('s', 5)); throw new Error('no') }",
  )
  await run(['a'])
  expect(outside.asked).toEqual(['took back a: what onCancel calls does not wait'])
})
