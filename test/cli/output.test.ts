import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

test('a command whose reader has gone comes to its end all the same', async () => {
  const child = spawn(process.execPath, ['src/cli/main.ts', 'connect', 'onebot'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let told = ''
  child.stderr.on('data', (chunk) => {
    told += String(chunk)
  })
  const [code] = await once(child, 'close')
  expect({ code, told }).toEqual({ code: 0, told: '' })
})
