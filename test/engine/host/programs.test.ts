import { existsSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HostEnd } from '../../../src/engine/host/slots.ts'
import { isAlive } from '../../fakes/is-alive.ts'
import { Outside, run, slotsWith } from '../slots.ts'

/* Programs that a command starts, in a process of its own. */

const top = `
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
// It holds on to the host's own output, so that nobody hears of the host's end before its own.
const start = (code) => spawn(process.execPath, ['--eval', code], { stdio: 'inherit' })
// In a session of its own it is nobody's to end, and holds on to the output all the same.
const free = () => spawn(process.execPath, ['--eval', forEver], { stdio: 'inherit', detached: true })
const forEver = 'setInterval(() => {}, 1000)'
const fill = 'const all = []; setInterval(() => all.push(Buffer.alloc(20_000_000, 1)), 10)'
`
const commands = {
  exit: `async ({ say }) => { await say('pid', String(start(forEver).pid)); process.exit(3) }`,
  loop: `async ({ say }) => { await say('pid', String(start(forEver).pid)); for (;;) {} }`,
  exitFree: `async ({ say }) => { await say('pid', String(free().pid)); process.exit(3) }`,
  leaveFree: `() => String(free().pid)`,
  leave: `() => String(start(forEver).pid)`,
  wait: `async () => { await once(start('1'), 'exit'); return String(process.pid) }`,
  fill: `async ({ say }) => { const program = start(fill); await say('pid', String(program.pid)); await once(program, 'exit'); return 'it was let' }`,
}
const options = { isolation: 'process', memoryMb: 64 } as const
const never = new Promise<never>(() => undefined)

/** The process id a command said. */
function said(outside: Outside): number {
  const [call] = outside.said
  const [part] = call?.method === 'say' ? call.parts : []
  return part?.kind === 'text' ? Number(part.text) : Number.NaN
}

function returned(end: HostEnd): number {
  const [part] = end.state === 'done' ? end.parts : []
  return part?.kind === 'text' ? Number(part.text) : Number.NaN
}

async function ended(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(0)
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
}

describe('what a command has started', () => {
  test('ends with a process that ends by itself, whose slot is back at once', async () => {
    const { slots } = await slotsWith(commands, options, top)
    const outside = new Outside()
    const ends = await Promise.all([run(slots, 'exit', { outside }), run(slots, 'wait')])
    expect(ends).toMatchObject([{ state: 'killed', why: 'crashed' }, { state: 'done' }])
    await ended(said(outside))
  })

  test('ends with a command that does not obey', async () => {
    const { slots } = await slotsWith(commands, options, top)
    const stop = new AbortController()
    const outside = new Outside()
    const call = outside.call.bind(outside)
    outside.call = async (order) => {
      setImmediate(() => stop.abort(new Error('cancelled')))
      return call(order)
    }
    const end = await run(slots, 'loop', { outside, signal: stop.signal })
    expect(end).toMatchObject({ state: 'killed', why: 'disobeyed' })
    await ended(said(outside))
  })

  test('ends with a command that leaves it behind; one that has waited for it keeps its process', async () => {
    const { slots } = await slotsWith(commands, options, top)
    await ended(returned(await run(slots, 'leave')))
    const first = returned(await run(slots, 'wait'))
    expect(returned(await run(slots, 'wait'))).toBe(first)
  })

  test.each([
    { command: 'exitFree', end: { state: 'killed', why: 'crashed' } },
    { command: 'leaveFree', end: { state: 'done' } },
  ])('holds up neither its slot nor a stop when it has a session of its own ($command)', async ({ command, end }) => {
    const { slots } = await slotsWith(commands, options, top)
    const outside = new Outside()
    const first = await run(slots, command, { outside })
    const pid = first.state === 'done' ? returned(first) : said(outside)
    onTestFinished(() => void process.kill(pid))
    expect(first).toMatchObject(end)
    expect(await run(slots, 'wait')).toMatchObject({ state: 'done' })
    await slots.close()
    expect(isAlive(pid)).toBe(true)
  })

  test('ends with the slots', async () => {
    const { slots } = await slotsWith(commands, options, top)
    const outside = new Outside()
    const begun = Promise.withResolvers<void>()
    const call = outside.call.bind(outside)
    outside.call = async (order) => {
      await call(order)
      begun.resolve()
      return never
    }
    const end = run(slots, 'loop', { outside })
    await begun.promise
    await slots.close()
    expect(await end).toMatchObject({ state: 'killed' })
    await ended(said(outside))
  })

  // Elsewhere nobody tells what a process has started.
  test.skipIf(!existsSync('/proc'))('counts against the memory of its process', async () => {
    const { slots } = await slotsWith(commands, options, top)
    const outside = new Outside()
    expect(await run(slots, 'fill', { outside })).toMatchObject({ state: 'killed', why: 'out-of-memory' })
    await ended(said(outside))
  })
})
