/** `npm run trials [-- --seed <number>] [<part of a file's name> …]`: what takes too long for every change. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const options = { seed: { type: 'string' } } as const
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000_000))
if (!/^\d+$/.test(seed)) throw new Error('--seed takes a number')
process.stderr.write(`trials with --seed ${seed}\n`)
const vitest = fileURLToPath(import.meta.resolve('vitest/package.json')).replace(/package\.json$/, 'vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/trials/vitest.config.ts', ...positionals], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, HUITOU_TRIALS: 'true', HUITOU_SEED: seed },
})
child.once('exit', (code) => {
  if (code !== 0) process.stderr.write(`the same again: npm run trials -- --seed ${seed}\n`)
  process.exitCode = code ?? 1
})
