import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { isAlive } from '../../fakes/is-alive.ts'
import { aScene, aSceneFolder } from '../scene-folder.ts'

test('a child that listens to nobody dies with its engine', async () => {
  const loop = '({ log }) => { log(String(process.pid)); for (;;) {} }'
  const folder = await aSceneFolder({ 'try.ts': aScene('try', { loop }, "import process from 'node:process'") })
  const script = new URL('./loops-in-a-child.ts', import.meta.url).pathname
  const engine = spawn(process.execPath, [script, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = await once(engine.stdout, 'data')
  const child = Number(printed)
  expect(isAlive(child)).toBe(true)
  engine.kill('SIGKILL')
  await expect.poll(() => isAlive(child), { timeout: 5_000 }).toBe(false)
})
