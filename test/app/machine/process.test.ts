import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Starts until its input ends, and has nothing to do then; says `stopped` when it stops as it should. */
const program = `
import { once } from 'node:events'
import { runUntilStopped } from './src/app/machine/process.ts'
import { openLog } from './src/app/machine/log.ts'
await runUntilStopped(async () => {
  process.stdout.write('starting\\n')
  await once(process.stdin.resume(), 'end')
  process.stdout.write('started\\n')
  return { log: openLog('silent'), drainMs: 1_000, async stop() { process.stdout.write('stopped\\n') } }
})`

function aStart() {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: root })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return { child, said: () => said, starting: once(child.stdout, 'data'), ended: once(child, 'close') }
}

test('a stop that comes while it starts ends it cleanly, as soon as it has started', async () => {
  const { child, said, starting, ended } = aStart()
  await starting
  child.kill('SIGTERM')
  child.stdin.end()
  expect(await ended).toEqual([0, null])
  expect(said()).toBe('starting\nstarted\nstopped\n')
})

test('what has nothing to do runs until it is stopped', async () => {
  const { child, said, starting, ended } = aStart()
  await starting
  const started = once(child.stdout, 'data')
  child.stdin.end()
  await started
  // Whoever would end by itself has done so before a new process has begun.
  await once(spawn(process.execPath, ['--version']), 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(said()).toBe('starting\nstarted\nstopped\n')
})

test('a second signal does not wait for the start', async () => {
  const { child, said, starting, ended } = aStart()
  await starting
  child.kill('SIGINT')
  const again = setInterval(() => child.kill('SIGTERM'), 50)
  expect(await ended).toEqual([130, null])
  clearInterval(again)
  expect(said()).toBe('starting\n')
})
