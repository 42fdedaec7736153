import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../../config/read.ts'
import { openSlots } from '../../../src/engine/host/slots.ts'
import { readSources } from '../../../src/scenes/sources.ts'
import { aScene, aSceneFolder, silent } from '../scene-folder.ts'
import { Outside, run, slotsWith } from '../slots.ts'

const hello = [{ kind: 'text', text: 'hello' }]
const isolations = ['thread', 'process'] as const

test.each(isolations)('a %s runs commands one after the other and is kept', async (isolation) => {
  const { slots } = await slotsWith({ count: '() => String(++count)' }, { isolation }, 'let count = 0')
  const ends = await Promise.all([run(slots, 'count'), run(slots, 'count'), run(slots, 'count')])
  expect(ends.map((end) => end.state === 'done' && end.parts)).toEqual(
    ['1', '2', '3'].map((text) => [{ kind: 'text', text }]),
  )
  expect(slots.busy).toBe(0)
})

test('a command gets its arguments, who asks and in which language', async () => {
  const run1 =
    '({ args, message, lang, attempt, pick }) => [args.text, message.sender.id, lang, attempt, pick(summary)].join()'
  const { slots } = await slotsWith({ show: run1 })
  expect(await run(slots, 'show', { rest: '"a b"', attempt: 2 })).toEqual({
    state: 'done',
    parts: [{ kind: 'text', text: 'a b,ann,zh,2,试' }],
  })
})

test('arguments that do not fit are refused with the usage line', async () => {
  const folder = await aSceneFolder({
    'try.ts': `import { z } from '#scene'
      const summary = { zh: '试', en: 'try' }
      const args = z.object({ weeks: z.coerce.number().max(5) })
      export default { name: 'try', summary, commands: { go: { summary, args, run: () => 'went' } } }`,
  })
  const slots = openSlots({ isolation: 'thread', size: 1, sources: () => readSources([folder.path]), log: silent })
  onTestFinished(() => slots.close())
  expect(await run(slots, 'go', { rest: 'x' })).toEqual({
    state: 'refused',
    why: '参数 weeks 要写一个数字。\n用法：try go <weeks>',
  })
  expect(await run(slots, 'go', { rest: '9' })).toMatchObject({ why: expect.stringMatching(/^参数 weeks 不对：.*5/) })
  expect(await run(slots, 'go', { rest: '1 2' })).toMatchObject({ why: expect.stringContaining('参数太多') })
})

test('a command says, shows and logs through the engine', async () => {
  const talk = `async ({ say, progress, log }) => {
    progress(50, 'half')
    log('a line')
    say('first', 'one') // not awaited, said all the same
    await say('second', [{ kind: 'text', text: 'two' }])
  }`
  const { slots } = await slotsWith({ talk })
  const outside = new Outside()
  expect(await run(slots, 'talk', { outside })).toEqual({ state: 'done', parts: [] })
  expect(outside.said).toEqual([
    { method: 'say', name: 'first', parts: [{ kind: 'text', text: 'one' }] },
    { method: 'say', name: 'second', parts: [{ kind: 'text', text: 'two' }] },
  ])
  expect(outside.shown).toEqual([[50, 'half']])
  expect(outside.logged).toEqual(['a line'])
})

test('what the engine cannot do is thrown inside the command', async () => {
  const { slots } = await slotsWith({ talk: "({ say }) => say('a', 'one')" })
  const outside = new Outside()
  outside.call = () => Promise.reject(new Error('the store is away'))
  expect(await run(slots, 'talk', { outside })).toMatchObject({
    state: 'failed',
    message: 'the store is away',
    retry: 'later',
  })
})

test('a command rests, and ends without a word where it is not meant', async () => {
  const { slots } = await slotsWith(
    {
      cat: "async ({ coolDown }) => String(await coolDown('cat', 1000))",
      wrong: "({ coolDown }) => coolDown('', -1)",
      other: "() => ignore('it is for other groups')",
    },
    {},
    "import { ignore } from '#scene'",
  )
  expect(await run(slots, 'cat')).toEqual({ state: 'done', parts: [{ kind: 'text', text: '500' }] })
  expect(await run(slots, 'wrong')).toMatchObject({ state: 'failed', retry: 'never' })
  expect(await run(slots, 'other')).toEqual({ state: 'ignored', why: 'it is for other groups' })
})

test('a step that was kept is not done again', async () => {
  const twice = `async ({ step, attempt }) => {
    const rows = await step('rows', () => ({ from: attempt, at: new Date(0) }))
    if (attempt === 1) throw new Error('later then')
    return await step('text', () => JSON.stringify(rows))
  }`
  const { slots } = await slotsWith({ twice })
  const outside = new Outside()
  expect(await run(slots, 'twice', { outside })).toMatchObject({ state: 'failed', message: 'later then' })
  expect(await run(slots, 'twice', { outside, attempt: 2 })).toEqual({
    state: 'done',
    parts: [{ kind: 'text', text: '{"from":1,"at":"1970-01-01T00:00:00.000Z"}' }],
  })
})

test('steps are asked for once, by name only when there are too many, and not at all when nothing can be kept', async () => {
  const { slots } = await slotsWith({
    walk: `async ({ step }) => { for (const n of ['a', 'b', 'c', 'd']) await step(n, () => n) }`,
  })
  const outside = new Outside()
  await run(slots, 'walk', { outside, isFresh: true })
  expect(outside.asked).toEqual([])
  await run(slots, 'walk', { outside, attempt: 2 })
  expect(outside.asked).toEqual(['keptSteps', 'findStep c', 'findStep d'])
  const few = new Outside()
  few.steps.set('a', 'kept')
  await run(slots, 'walk', { outside: few, attempt: 2 })
  expect(few.asked).toEqual(['keptSteps'])
})

test('a step’s name is used once, and its result is small', async () => {
  const { slots } = await slotsWith({
    twice: "async ({ step }) => { await step('a', () => 1); await step('a', () => 2) }",
    big: "({ step }) => step('a', () => 'x'.repeat(300_000)).then(() => 'fine')",
  })
  const failed = { state: 'failed', retry: 'never' }
  expect(await run(slots, 'twice')).toMatchObject({
    ...failed,
    message: expect.stringContaining('twice with the name "a"'),
  })
  expect(await run(slots, 'big')).toMatchObject({ ...failed, message: expect.stringContaining('larger than 256 KB') })
})

test('what is thrown is a failure with the scene’s own lines', async () => {
  const { folder, slots } = await slotsWith({
    bad: "() => { throw new TypeError('no such row') }",
    odd: '() => { throw 3 }',
  })
  const end = await run(slots, 'bad')
  expect(end).toMatchObject({ state: 'failed', message: 'no such row', retry: 'later' })
  expect(end.state === 'failed' && end.stack).toContain(`${folder.path}/try.ts:5:`)
  expect(await run(slots, 'odd')).toMatchObject({ state: 'failed', message: 'it threw number 3' })
})

test.each(['42', '{ kind: "text" }', '["a", 1]', 'null', '() => 1', 'new Map()'])(
  '%s is no answer',
  async (rubbish) => {
    const { slots } = await slotsWith({ rubbish: `() => (${rubbish})` })
    expect(await run(slots, 'rubbish')).toMatchObject({
      state: 'failed',
      retry: 'never',
      message: expect.stringMatching(/^try rubbish returned .*; it can be a text, a part/),
    })
  },
)

test.each(isolations)('an endless loop in a %s is killed after its grace, and the slot is back', async (isolation) => {
  const { slots } = await slotsWith(
    { loop: '({ progress }) => { progress(1); for (;;) {} }', hi: "() => 'hello'" },
    { isolation },
  )
  const stop = new AbortController()
  const outside = new Outside()
  outside.progress = () => stop.abort(new Error('cancelled'))
  const next = run(slots, 'loop', { outside, signal: stop.signal }).then((end) => [end, slots.busy])
  const after = run(slots, 'hi')
  expect(await next).toMatchObject([{ state: 'killed', why: 'disobeyed' }, 0])
  expect(await after).toEqual({ state: 'done', parts: hello })
})

test('a command that obeys its abort ends by itself', async () => {
  const wait = `({ signal, progress }) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
    progress(1)
  })`
  const { slots } = await slotsWith({ wait })
  const stop = new AbortController()
  const outside = new Outside()
  outside.progress = () => stop.abort(new Error('time is up'))
  expect(await run(slots, 'wait', { outside, signal: stop.signal, graceMs: 10_000 })).toMatchObject({
    state: 'failed',
    message: 'time is up',
  })
})

test('a run that is stopped while it waits never begins', async () => {
  const { slots } = await slotsWith({ wait: '({ signal }) => new Promise((_, no) => signal.onabort = no)' })
  const [first, second] = [new AbortController(), new AbortController()]
  const running = run(slots, 'wait', { signal: first.signal })
  const waiting = run(slots, 'wait', { signal: second.signal })
  second.abort()
  expect(await waiting).toMatchObject({ state: 'failed', message: 'it was stopped before it began' })
  first.abort()
  await running
})

test.each(isolations)('a %s that dies under a command is replaced', async (isolation) => {
  const { slots } = await slotsWith(
    { exit: '() => process.exit(3)', hi: "() => 'hello'" },
    { isolation },
    "import process from 'node:process'",
  )
  const ends = await Promise.all([run(slots, 'exit'), run(slots, 'hi')])
  expect(ends).toMatchObject([
    { state: 'killed', why: 'crashed' },
    { state: 'done', parts: hello },
  ])
})

test('a host that says what makes no sense is replaced', async () => {
  const { slots } = await slotsWith(
    { babble: "() => { parentPort.postMessage('blah'); return new Promise(() => {}) }", hi: "() => 'hello'" },
    {},
    "import { parentPort } from 'node:worker_threads'",
  )
  const ends = await Promise.all([run(slots, 'babble'), run(slots, 'hi')])
  expect(ends).toMatchObject([
    { state: 'killed', why: 'crashed' },
    { state: 'done', parts: hello },
  ])
})

test.each(isolations)('a %s that runs out of memory is replaced', async (isolation) => {
  const { slots } = await slotsWith(
    { fill: '() => { const all = []; for (;;) all.push({ n: all.length }) }', hi: "() => 'hello'" },
    { isolation, memoryMb: 32 },
  )
  const ends = await Promise.all([run(slots, 'fill'), run(slots, 'hi')])
  expect(ends).toMatchObject([
    { state: 'killed', why: 'out-of-memory' },
    { state: 'done', parts: hello },
  ])
})

test('buffers count against a process’s memory', async () => {
  const fill = '() => { const all = []; for (;;) all.push(Buffer.alloc(1_000_000, 1)) }'
  const { slots } = await slotsWith({ fill }, { isolation: 'process', memoryMb: 32 })
  expect(await run(slots, 'fill')).toMatchObject({ state: 'killed', why: 'out-of-memory' })
})

test.each(isolations)('what nobody waited for fails the command, and its %s is replaced', async (isolation) => {
  const { slots } = await slotsWith(
    {
      reject: "async () => { Promise.reject(new Error('nobody looked')); await new Promise(() => {}) }",
      later: "async () => { setTimeout(() => { throw new Error('too late') }); await new Promise(() => {}) }",
      count: '() => String(++count)',
    },
    { isolation },
    'let count = 0',
  )
  const ends = await Promise.all([run(slots, 'count'), run(slots, 'reject'), run(slots, 'later'), run(slots, 'count')])
  expect(ends).toMatchObject([
    { parts: [{ text: '1' }] },
    { state: 'failed', message: 'nobody looked', retry: 'later' },
    { state: 'failed', message: 'too late', retry: 'later' },
    { parts: [{ text: '1' }] },
  ])
})

test('a renewed slot has the new code, and what ran keeps the old', async () => {
  const wait = (version: number): Record<string, string> => ({
    wait: `({ say, signal }) => new Promise(async (resolve) => { signal.onabort = () => resolve('${version}'); await say('a', 'here') })`,
  })
  const { folder, slots } = await slotsWith(wait(1), { size: 2 })
  const stop = new AbortController()
  const begun = Promise.withResolvers<void>()
  const outside = new Outside()
  outside.call = async () => begun.resolve()
  const old = run(slots, 'wait', { signal: stop.signal, outside, graceMs: 10_000 })
  await begun.promise
  await folder.write('try.ts', aScene('try', wait(2)))
  slots.renew()
  const newer = new AbortController()
  const second = new Outside()
  second.call = async () => newer.abort()
  expect(await run(slots, 'wait', { signal: newer.signal, outside: second, graceMs: 10_000 })).toMatchObject({
    parts: [{ text: '2' }],
  })
  stop.abort()
  expect(await old).toMatchObject({ parts: [{ text: '1' }] })
})

test('a hundred runs share two slots, and each ends once', async () => {
  const { slots } = await slotsWith({ echo: '({ args }) => args.text' }, { size: 2 })
  const ends = await Promise.all(Array.from({ length: 100 }, (_, n) => run(slots, 'echo', { rest: `${n}` })))
  expect(ends.map((end) => (end.state === 'done' ? end.parts : end))).toEqual(
    Array.from({ length: 100 }, (_, n) => [{ kind: 'text', text: `${n}` }]),
  )
})

test('slots above one grow cold without work', async () => {
  const { slots } = await slotsWith(
    {
      // Long enough that the second run does not wait for the first one's thread.
      id: `() => import('node:worker_threads').then(async (it) => {
        await new Promise((done) => setTimeout(done, 400))
        return String(it.threadId)
      })`,
    },
    { size: 2, idleMs: 1 },
  )
  const ids = async () => {
    const ends = await Promise.all([run(slots, 'id'), run(slots, 'id')])
    return new Set(ends.map((end) => (end.state === 'done' ? JSON.stringify(end.parts) : end.state)))
  }
  const first = await ids()
  await expect.poll(async () => new Set([...(await ids()), ...first]).size, { timeout: 10_000 }).toBeGreaterThan(2)
})

test.each(isolations)('a %s sees nothing of our environment but what is harmless', async (isolation) => {
  const { slots } = await slotsWith(
    { env: '() => Object.keys(process.env).sort().join()' },
    { isolation, env: { PATH: '/bin', TZ: 'Asia/Shanghai', WECOM_SECRET: 'x', NODE_OPTIONS: '--inspect=0' } },
    "import process from 'node:process'",
  )
  const end = await run(slots, 'env')
  expect(end.state === 'done' && end.parts).toEqual([
    { kind: 'text', text: expect.stringMatching(/^(NODE_CHANNEL\w+,)*PATH,TZ$/) },
  ])
})

test.each(isolations)('a %s has all that config hands to hosts, certificates too', async (isolation) => {
  const file = '/etc/company.pem'
  const certificates = { NODE_EXTRA_CA_CERTS: file, SSL_CERT_FILE: file, SSL_CERT_DIR: '/etc', NODE_USE_SYSTEM_CA: '1' }
  const ours = { PATH: '/bin', LANG: 'C', LC_TIME: 'C', NODE_ENV: 'production', ...certificates, MY_SECRET: 'x' }
  const { hostEnvironment: env } = readConfig({ ...ours, TZ: 'UTC' }, () => undefined)
  expect(env).toMatchObject(certificates)
  const { slots } = await slotsWith(
    { show: '() => JSON.stringify(process.env)' },
    { isolation, env },
    "import process from 'node:process'",
  )
  const end = await run(slots, 'show')
  const [part] = end.state === 'done' ? end.parts : []
  expect(env).not.toHaveProperty('MY_SECRET')
  expect(JSON.parse(part?.kind === 'text' ? part.text : '')).toMatchObject(env)
})

test('a process trusts as we do', async () => {
  const env = { NODE_OPTIONS: '--use-openssl-ca --max-http-header-size=9000' }
  const { slots } = await slotsWith({ show: '() => process.env.NODE_OPTIONS' }, { isolation: 'process', env })
  expect(await run(slots, 'show')).toMatchObject({ parts: [{ text: '--use-openssl-ca' }] })
  const threads = await slotsWith({ show: '() => String(process.env.NODE_OPTIONS)' }, { isolation: 'thread', env })
  expect(await run(threads.slots, 'show')).toMatchObject({ parts: [{ text: 'undefined' }] })
})

test('closing ends what runs and what waits', async () => {
  const { slots } = await slotsWith({ loop: '({ progress }) => { progress(1); for (;;) {} }' })
  const begun = Promise.withResolvers<void>()
  const outside = new Outside()
  outside.progress = () => begun.resolve()
  const ends = [run(slots, 'loop', { outside }), run(slots, 'loop')]
  await begun.promise
  await slots.close()
  expect(await Promise.all(ends)).toMatchObject([{ state: 'killed' }, { state: 'failed' }])
  expect(await run(slots, 'loop')).toMatchObject({ state: 'failed' })
})

test('a command asks a model, with a text or with what was said before', async () => {
  const { slots } = await slotsWith({
    once: "({ llm }) => llm('hi')",
    more: "({ llm }) => llm([{ role: 'system', text: 'be brief' }, { role: 'user', text: 'hi' }])",
    wrongly: '({ llm }) => llm([])',
  })
  const answered = (text: string) => ({ state: 'done', parts: [{ kind: 'text', text }] })
  expect(await run(slots, 'once')).toEqual(answered('answer to user hi'))
  expect(await run(slots, 'more')).toEqual(answered('answer to system be brief,user hi'))
  expect(await run(slots, 'wrongly')).toMatchObject({ state: 'failed', retry: 'never' })
})

test('where no model answers its person reads why, unless the command goes on without', async () => {
  const { slots } = await slotsWith({
    ask: "({ converse }) => converse('hi')",
    cope: "({ converse }) => converse('hi').catch(() => 'never mind')",
  })
  expect(await run(slots, 'ask')).toEqual({
    state: 'refused',
    why: '现在联系不上大模型',
    reason: 'no answer of a model: down',
  })
  expect(await run(slots, 'cope')).toEqual({ state: 'done', parts: [{ kind: 'text', text: 'never mind' }] })
})

test('a command that waits gives its slot up, and finds what it had when it is called again', async () => {
  const { slots } = await slotsWith(
    {
      nap: `async ({ step, sleep }) => {
      const n = await step('n', () => ++count)
      await sleep('nap', 1000)
      return 'awake ' + n
    }`,
    },
    {},
    'let count = 0',
  )
  const outside = new Outside()
  expect(await run(slots, 'nap', { outside })).toEqual({
    state: 'waits',
    waits: [{ kind: 'sleep', name: 'nap', untilMs: 1 }],
  })
  expect(await run(slots, 'nap', { outside })).toEqual({ state: 'done', parts: [{ kind: 'text', text: 'awake 1' }] })
})

test('it waits only when nothing else that it asked for is under way, and for all at once', async () => {
  const { slots } = await slotsWith({
    both: `async ({ step, sleep, approve, say }) => {
      const slow = step('slow', async () => { await new Promise((done) => setTimeout(done, 50)); return 'slow' })
      const [one] = await Promise.all([slow, sleep('a', 10).then(() => say('after', 'woken')), approve('b').catch((error) => error.message)])
      return one
    }`,
  })
  const outside = new Outside()
  expect(await run(slots, 'both', { outside })).toMatchObject({
    state: 'waits',
    waits: [
      { kind: 'sleep', name: 'a' },
      { kind: 'approval', name: 'b' },
    ],
  })
  expect(outside.steps.get('slow')).toBe('slow')
  expect(outside.said).toEqual([])
  expect(await run(slots, 'both', { outside })).toMatchObject({ state: 'done', parts: [{ text: 'slow' }] })
  expect(outside.said).toHaveLength(1)
})

test('what was not approved ends the command with a sentence for its asker', async () => {
  const { slots } = await slotsWith({ ask: `async ({ approve }) => { await approve('b'); return 'on' }` })
  const outside = new Outside()
  await run(slots, 'ask', { outside })
  expect(await run(slots, 'ask', { outside })).toMatchObject({
    state: 'refused',
    why: expect.stringMatching(/^#\d+ 被 boss 驳回：no。$/),
  })
})

test('waiting inside a step, or with a name twice, is told to the author', async () => {
  const { slots } = await slotsWith({
    inside: `({ step, sleep }) => step('s', () => sleep('z', 1))`,
    twice: `async ({ sleep }) => { await Promise.all([sleep('z', 1), sleep('z', 1)]) }`,
    reserved: `({ step }) => step('signal:x', () => 1)`,
  })
  expect(await run(slots, 'inside')).toMatchObject({
    state: 'failed',
    retry: 'never',
    message: expect.stringContaining('inside the step "s"'),
  })
  expect(await run(slots, 'twice')).toMatchObject({ state: 'failed', message: expect.stringContaining('twice') })
  expect(await run(slots, 'reserved')).toMatchObject({ state: 'failed', message: expect.stringContaining('signal:') })
})
