import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type HostEnd, openSlots } from '../../../../src/engine/host/slots.ts'
import { readSources } from '../../../../src/scenes/sources.ts'
import { isAlive } from '../../../fakes/is-alive.ts'
import { silent } from '../../scene-folder.ts'
import { Outside, run, slotsWith } from '../../slots.ts'

/* What a command leaves behind in its host, and what the next one has of it. */

const isolations = ['thread', 'process'] as const

const top = `
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { connect, createServer } from 'node:net'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
let count = 0
let strike = 'none'
const nothing = () => undefined
// A library's own, which it has for as long as it is loaded.
setInterval(nothing, 1)
const start = (code) => spawn(process.execPath, ['--eval', code], { stdio: 'ignore' })
const forEver = 'setInterval(() => {}, 1000)'
// It throws when the next command asks for it, which goes on once it has.
const strikes = (how) => void setInterval(() => {
  if (strike !== 'asked') return
  strike = 'struck'
  how(new Error('left over by another command'))
}, 1).unref()
const struck = async () => {
  strike = 'asked'
  while (strike === 'asked') await new Promise((done) => setImmediate(done))
  strike = 'none'
}
`
const count = '() => String(++count)'

/** What a command does that leaves something, and how that is named. */
const leaving: Readonly<Record<string, { does: string; named: string | RegExp; on?: 'process' | 'both' }>> = {
  timer: { does: '() => { setTimeout(nothing, 100_000) }', named: 'Timeout', on: 'both' },
  interval: { does: '() => { setInterval(nothing, 1) }', named: 'Timeout' },
  server: {
    does: `() => once(createServer().listen(0), 'listening').then(nothing)`,
    named: 'TCPServerWrap',
    on: 'both',
  },
  socket: { does: `({ args }) => once(connect(Number(args.text)), 'connect').then(nothing)`, named: 'TCPSocketWrap' },
  unread: {
    does: "({ args }) => fetch('http://127.0.0.1:' + args.text + '/long').then(nothing)",
    named: /TCPSocketWrap/,
  },
  worker: { does: "() => once(new Worker(forEver, { eval: true }), 'online').then(nothing)", named: /Worker/ },
  program: { does: `() => once(start(forEver), 'spawn').then(nothing)`, named: /ProcessWrap/, on: 'both' },
  watcher: { does: `() => { watch('.') }`, named: 'FSEventWrap' },
  variable: { does: `() => { process.env.LANG = 'xx' }`, named: /environment/, on: 'both' },
  listener: { does: `() => { process.on('unhandledRejection', nothing) }`, named: 'listeners of the process' },
  patch: { does: '() => { globalThis.fetch = nothing }', named: 'another fetch' },
  clock: { does: '() => { Date.now = () => 0 }', named: 'another now' },
  method: { does: '() => { JSON.parse = () => 1 }', named: 'another parse' },
  property: { does: '() => { Object.prototype.evil = 1 }', named: 'another Object.prototype' },
  torn: {
    does: `() => { JSON.stringify = () => { throw new Error('torn') } }`,
    named: /host itself needs/,
    on: 'both',
  },
  list: { does: '() => { Array.prototype.filter = () => { throw new Error("torn") } }', named: /host itself needs/ },
  folder: { does: `() => { process.chdir('/') }`, named: /working directory/, on: 'process' },
}

/** What leaves nothing, however much it does. */
const clean: Readonly<Record<string, string>> = {
  quick: '() => undefined',
  printed: `() => { console.log('a line'); console.error('another') }`,
  unheld: '() => { setTimeout(nothing, 100_000).unref() }',
  shown:
    "async ({ progress, step, say }) => { progress(1); await step('a', () => 1); progress(2); await say('b', 'b') }",
  fetched: "({ args }) => fetch('http://127.0.0.1:' + args.text).then((answer) => answer.text()).then(nothing)",
  closed: `async ({ args }) => { const socket = connect(Number(args.text)); await once(socket, 'connect'); socket.destroy() }`,
  waited: `() => once(start('1'), 'exit').then(nothing)`,
  imported: `async () => { await import('./try/library.ts') }`,
  restored: `() => { const { fetch } = globalThis; globalThis.fetch = nothing; globalThis.fetch = fetch }`,
}

async function aWebServer(): Promise<string> {
  const server = createServer((request, response) => {
    response.write('x'.repeat(1_000_000))
    if (request.url !== '/long') response.end()
  })
  server.listen(0)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A listening TCP server has one.
  return `${(server.address() as AddressInfo).port}`
}

function aLog() {
  const lines: { fields: Record<string, unknown>; text: string }[] = []
  const keep = (fields: object, text: string): void => void lines.push({ fields: { ...fields }, text })
  return { lines, log: { ...silent, info: keep, warn: keep } }
}

function returned(end: HostEnd): string | undefined {
  const [part] = end.state === 'done' ? end.parts : []
  return part?.kind === 'text' ? part.text : end.state
}

describe.each(isolations)('a %s', (isolation) => {
  test('is gone when something is left behind in it, and says what', async () => {
    const port = await aWebServer()
    const { lines, log } = aLog()
    const kinds = Object.entries(leaving).filter(([, { on = 'thread' }]) => on === isolation || on === 'both')
    const commands = { count, ...Object.fromEntries(kinds.map(([name, { does }]) => [name, does])) }
    const { slots } = await slotsWith(commands, { isolation, log, env: { LANG: 'C' } }, top)
    const seen: unknown[] = []
    for (const [name] of kinds) {
      const end = await run(slots, name, { rest: port })
      const next = returned(await run(slots, 'count'))
      const left = lines.findLast(({ fields }) => 'left' in fields)
      seen.push([name, end.state, next, String(left?.fields.left)])
    }
    expect(seen).toEqual(kinds.map(([name, { named }]) => [name, 'done', '1', expect.stringMatching(named)]))
  })

  test('is kept when nothing is left behind in it', async () => {
    const port = await aWebServer()
    const { slots, folder } = await slotsWith({ count, ...clean }, { isolation }, top)
    await folder.write('try/library.ts', 'setInterval(() => undefined, 1_000); process.on("exit", () => undefined)')
    const seen: unknown[] = []
    for (const name of Object.keys(clean)) {
      seen.push([name, (await run(slots, name, { rest: port })).state, returned(await run(slots, 'count'))])
    }
    expect(seen).toEqual(Object.keys(clean).map((name, index) => [name, 'done', `${index + 1}`]))
  })

  test('goes on with its command when what another has left behind fails, and is gone then', async () => {
    const { lines, log } = aLog()
    const commands = {
      count,
      throws: '() => strikes((error) => { throw error })',
      rejects: '() => strikes((error) => void Promise.reject(error))',
      innocent: 'async () => { await struck(); return String(++count) }',
    }
    const { slots } = await slotsWith(commands, { isolation, log }, top)
    for (const [name, fails] of [
      ['throws', 1],
      ['rejects', 2],
    ] as const) {
      await run(slots, 'count')
      const runId = `left-${name}`
      await run(slots, name, { runId })
      // The task's own next attempt is another run, too.
      expect(returned(await run(slots, 'innocent', { runId, attempt: 2 }))).toBe('2')
      expect(returned(await run(slots, 'count'))).toBe('1')
      const late = lines.filter(({ fields }) => 'error' in fields)
      expect(late).toHaveLength(fails)
      expect(late.at(-1)?.fields).toMatchObject({
        taskId: runId,
        error: expect.stringContaining('left over by another command'),
      })
      slots.renew()
    }
  })

  test('takes nobody’s words for those of a later attempt', async () => {
    const commands = {
      leaves: `({ say }) => { late = say }`,
      later: `async ({ say }) => { late('a', 'from the first attempt'); await say('b', 'from the second') }`,
    }
    const { slots } = await slotsWith(commands, { isolation }, 'let late')
    const outside = new Outside()
    await run(slots, 'leaves', { runId: 'same' })
    await run(slots, 'later', { runId: 'same', attempt: 2, outside })
    expect(outside.said).toMatchObject([{ name: 'b' }])
  })
})

test('another host is there before anybody asks when one has to go; one that fails by itself is not started over and over', async () => {
  const { lines, log } = aLog()
  const { slots, folder } = await slotsWith(
    {
      leaves: '() => { setTimeout(nothing, 100_000) }',
      fails: '() => strikes((error) => { throw error })',
      asks: "() => { strike = 'asked' }",
    },
    {},
    top,
  )
  await slots.close()
  let opened = 0
  const sources = () => {
    opened += 1
    return readSources([folder.path])
  }
  const counted = openSlots({ isolation: 'thread', size: 1, sources, log })
  onTestFinished(() => counted.close())
  await run(counted, 'leaves')
  await expect.poll(() => opened).toBe(2)
  await run(counted, 'fails')
  await run(counted, 'asks')
  // It fails when nobody is there.
  await expect.poll(() => lines.filter(({ fields }) => 'error' in fields).length).toBe(1)
  expect(opened).toBe(2)
  await run(counted, 'asks')
  expect(opened).toBe(3)
})

/** Whether a program does nothing more; its entry in the system's table may stay. */
function hasEnded(pid: number): boolean {
  return !isAlive(pid) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
}

// Elsewhere nobody tells what a thread has started.
test.skipIf(!existsSync('/proc'))(
  'a program of a thread ends with its thread, also while its command waits for it without listening',
  async () => {
    const commands = {
      blocks: `async ({ say }) => {
      await say('here', 'x')
      spawnSync(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'])
    }`,
      leaves: `async () => { const program = start(forEver); await once(program, 'spawn'); return String(program.pid) }`,
      ends: `async ({ say }) => { const program = start(forEver); await once(program, 'spawn'); await say('pid', String(program.pid)); process.exit() }`,
    }
    const { slots } = await slotsWith(commands, {}, `import { spawnSync } from 'node:child_process'\n${top}`)
    const left = Number(returned(await run(slots, 'leaves')))
    await expect.poll(() => isAlive(left)).toBe(false)

    const outside = new Outside()
    expect(await run(slots, 'ends', { outside })).toMatchObject({ state: 'killed', why: 'crashed' })
    const [said] = outside.said
    const [part] = said?.method === 'say' ? said.parts : []
    const own = part?.kind === 'text' ? Number(part.text) : Number.NaN
    await expect.poll(() => hasEnded(own)).toBe(true)

    const stop = new AbortController()
    const talks = new Outside()
    talks.call = async () => void setTimeout(() => stop.abort(new Error('cancelled')), 200)
    expect(await run(slots, 'blocks', { outside: talks, signal: stop.signal })).toMatchObject({ why: 'disobeyed' })
    // It would not be before its program ends, which never does.
    await slots.close()
  },
)
