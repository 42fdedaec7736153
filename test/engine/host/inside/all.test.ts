import { expect, onTestFinished, test } from 'vitest'
import type { ChildEnd } from '../../../../src/core/task/child-item.ts'
import type { HostCall } from '../../../../src/engine/host/protocol.ts'
import type { HostCalls, HostEnd } from '../../../../src/engine/host/slots.ts'
import { openSlots } from '../../../../src/engine/host/slots.ts'
import { readSources } from '../../../../src/scenes/sources.ts'
import { aScene, aSceneFolder, silent } from '../../scene-folder.ts'

interface Asked {
  end: HostEnd
  /** Calls in the task's own name, and in its parent's. */
  own: HostCall[]
  ofParent: HostCall[]
}

interface Given {
  piece?: { name: string; index: number; item: unknown }
  /** Steps that the parent has kept. */
  kept?: Record<string, unknown>
  ends?: ChildEnd[]
}

/** What becomes of a command of this source, and what it asks for. */
async function runs(source: string, { piece, kept = {}, ends }: Given = {}): Promise<Asked> {
  const folder = await aSceneFolder({ 'try.ts': aScene('try', { go: source }) })
  const slots = openSlots({ isolation: 'thread', size: 1, sources: () => readSources([folder.path]), log: silent })
  onTestFinished(() => slots.close())
  const own: HostCall[] = []
  const ofParent: HostCall[] = []
  const calls: HostCalls = {
    begun: () => undefined,
    progress: () => undefined,
    log: () => undefined,
    async call(call, asParent) {
      ;(asParent ? ofParent : own).push(call)
      if (call.method === 'keptSteps') {
        const steps = Object.entries(asParent ? kept : {}).map(([name, value]) => ({ name, value }))
        return { steps, isAll: true }
      }
      if (call.method === 'saveStep') return call.value
      if (call.method === 'wait') return { value: undefined }
      if (call.method !== 'all') return undefined
      const waits = { kind: 'pieces', name: call.order.name, untilMs: 1, signal: 's', count: call.order.items.length }
      return ends === undefined ? { waits } : { ends }
    },
  }
  const message = {
    ...{ id: 'm1', sender: { id: 'ann' }, text: '', parts: [], receivedAt: 0 },
    from: { channel: 'console', chat: 'c', chatKind: 'private' as const },
  }
  const route = { scene: 'try', command: 'go', rest: '' }
  const run = { runId: 'r1', route, message, lang: 'en' as const, attempt: 1, taskNumber: 1, piece }
  const end = await slots.run(run, calls, new AbortController().signal, 100)
  return { end, own, ofParent }
}

const methods = (calls: readonly HostCall[]) => calls.map(({ method }) => method)
const doubles = `async ({ step, say, all, progress }) => {
  const list = await step('list', () => [1, 2])
  await say('begun', 'begun')
  progress(50)
  return (await all('double', list, async (n, index, piece) => {
    await piece.say('word', 'item ' + n)
    return piece.step('twice', () => ({ index, twice: n * 2 }))
  })).map(({ twice }) => twice).join()
}`

test('a parent asks for its child tasks, waits, and has what they gave back in the order of the items', async () => {
  const first = await runs(doubles)
  expect(first.end).toMatchObject({ state: 'waits', waits: [{ kind: 'pieces', name: 'double', count: 2 }] })
  const order = { name: 'double', items: [1, 2], atOnce: 5 }
  expect(first.own.at(-1)).toEqual({ method: 'all', order })
  const ends: ChildEnd[] = [2, 4].map((twice) => ({ state: 'done', value: { twice } }))
  const { end } = await runs(doubles, { ends })
  expect(end).toEqual({ state: 'done', parts: [{ kind: 'text', text: '2,4' }] })
})

test('a child task does its own item alone, with what its parent has kept, and says nothing of what comes before', async () => {
  const piece = { name: 'double', index: 1, item: 7 }
  const { end, own, ofParent } = await runs(doubles, { piece, kept: { list: [1, 2] } })
  expect(end).toEqual({ state: 'piece', value: { index: 1, twice: 14 } })
  expect(methods(ofParent)).toEqual(['keptSteps'])
  expect(methods(own)).toEqual(['say', 'keptSteps', 'saveStep'])
})

test('a child task passes earlier waits and fan-outs of its parent by', async () => {
  const source = `async ({ sleep, all }) => {
    await sleep('night', 5)
    const [one] = await all('first', ['a'], (item) => item)
    return all('second', ['x'], (item) => one + item).then(String)
  }`
  const piece = { name: 'second', index: 0, item: 'x' }
  const { end, ofParent } = await runs(source, { piece, ends: [{ state: 'done', value: 'kept' }] })
  expect(end).toEqual({ state: 'piece', value: 'keptx' })
  expect(methods(ofParent)).toEqual(['wait', 'all'])
})

test('child tasks that did not succeed are named, or told one by one where that is asked for', async () => {
  const ends: ChildEnd[] = [
    { state: 'done', value: 1 },
    { state: 'failed', why: 'Error: no luck' },
    { state: 'cancelled', why: 'cancelled by boss' },
  ]
  const failing = await runs("({ all }) => all('pages', ['a', 'b', 'c'], (page) => page).then(String)", { ends })
  expect(failing.end).toMatchObject({
    state: 'failed',
    retry: 'never',
    message: 'all("pages"): item 2 of 3 ("b") failed: Error: no luck; 2 of 3 did not succeed',
  })
  const settled = await runs(
    "({ all }) => all('pages', ['a', 'b', 'c'], (page) => page, { settle: true }).then((ends) => ends.map(({ state }) => state).join())",
    { ends },
  )
  expect(settled.end).toMatchObject({ state: 'done', parts: [{ text: 'done,failed,cancelled' }] })
})

test('an empty list is done at once', async () => {
  const { end, own } = await runs("({ all }) => all('none', [], () => 1).then((list) => 'got ' + list.length)")
  expect(end).toMatchObject({ state: 'done', parts: [{ text: 'got 0' }] })
  expect(own).toEqual([])
})

const piece = { name: 'p', index: 0, item: 1 }
test.each([
  ["({ all }) => all('p', Array(10001).fill(1), () => 1)", {}, '10001 items, 10000 at most'],
  ["({ all }) => all('p', ['x'.repeat(300000)], () => 1)", {}, 'item 1 of all("p") is larger than 256 KB'],
  ["({ all }) => all('p', Array(40).fill('x'.repeat(250000)), () => 1)", {}, 'more than 8 MB together'],
  ["({ all }) => all('p', 'abc', () => 1)", {}, 'takes a list'],
  ["({ all }) => all('p', [1], () => 1, { concurrency: 0 })", {}, 'concurrency'],
  ["({ all }) => Promise.all([all('p', [1], () => 1), all('p', [2], () => 1)])", {}, 'called twice'],
  ["({ all, step }) => step('s', () => all('p', [1], () => 1))", {}, 'inside the step "s"'],
  ["({ all, step }) => all('p', [1], () => step('s', () => 1))", { piece }, 'piece.step'],
  ["({ all }) => all('p', [1], () => all('q', [1], () => 1))", { piece }, 'inside another'],
  ["({ all }) => all('p', [1], (_, __, piece) => piece.all('q', [1], () => 1))", { piece }, 'inside another'],
  ["async ({ all, step }) => { await step('s', () => 1); await all('p', [1], () => 1) }", { piece }, 'is not finished'],
  ["async ({ all, llm }) => { await llm('hi'); await all('p', [1], () => 1) }", { piece }, 'has to stand in a step'],
  ["() => 'nothing'", { piece }, 'was not reached by its item 1'],
  ["({ all }) => all('p', [1], () => 'x'.repeat(300000))", { piece }, 'larger than 256 KB'],
])('%s is told what is wrong with it', async (source, given, why) => {
  const { end } = await runs(source, given)
  expect(end).toMatchObject({ state: 'failed', retry: 'never', message: expect.stringContaining(why) })
})
