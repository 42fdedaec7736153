import { spawn } from 'node:child_process'
import { AppError } from '../core/errors.ts'

/** A program that did not end well; `message` is what it wrote. */
export class RunError extends AppError {
  override readonly name = 'RunError'
  readonly retry = 'never'
}

/** Runs a program to its end; resolves to what it printed. Throws RunError. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env }: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    let errors = ''
    // A letter may come in two chunks.
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk
    })
    child.once('error', (error) => reject(new RunError(`${program}: ${error.message}`)))
    child.once('close', (code) => {
      if (code === 0) return resolve(printed.trim())
      reject(new RunError(`${program} ${args[0]} ended with code ${code}:\n${(errors || printed).trim()}`))
    })
  })
}
