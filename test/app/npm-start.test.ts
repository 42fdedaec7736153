import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lockFolder } from '../../src/store/embedded/lock.ts'
import { copyEmbeddedFolder } from '../fakes/embedded-folder.ts'
import { compileCache, environmentOf, scratchDir } from '../fakes/huitou.ts'
import { until } from '../promises/work.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `npm start`, ready: npm itself, what it printed so far, and whether anybody has the data folder. */
async function npmStart() {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  await copyEmbeddedFolder(join(dir, 'store'))
  const npm = spawn('npm', ['start'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environmentOf({ dataDir: dir }), HOME: process.env.HOME, NODE_COMPILE_CACHE: compileCache },
  })
  const ended = once(npm, 'exit')
  onTestFinished(() => void npm.kill('SIGKILL'))
  const lines: string[] = []
  const ready = Promise.withResolvers<void>()
  createInterface(npm.stdout).on('line', (line) => {
    lines.push(line)
    if (line.includes('huitou is ready')) ready.resolve()
  })
  await ready.promise
  const isHeld = () => {
    try {
      lockFolder(join(dir, 'store')).release()
      return false
    } catch {
      return true
    }
  }
  expect(isHeld()).toBe(true)
  return { npm, ended, isHeld, isStopped: () => lines.some((line) => line.includes('"msg":"stopped"')) }
}

test('a signal to npm reaches Huitou, and npm ends when that has stopped', async () => {
  const { npm, ended, isHeld, isStopped } = await npmStart()
  npm.kill('SIGTERM')
  await ended
  expect(isHeld()).toBe(false)
  await until(isStopped, 1_000, 'its last line is read')
})

test('npm that is killed leaves nobody behind who holds the data folder', async () => {
  const { npm, ended, isHeld, isStopped } = await npmStart()
  npm.kill('SIGKILL')
  await ended
  await until(() => !isHeld(), 10_000, 'the data folder is free')
  await until(isStopped, 1_000, 'it has stopped as it should')
})
