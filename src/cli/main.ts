import { ConfigError } from '../../config/config-error.ts'
import { CliError } from './cli-error.ts'
import { commands } from './commands.ts'

/* `npm run huitou -- <command> …` */

// Whoever reads no further (`… | head`) has seen enough; what the command does it does to its end.
process.stdout.on('error', (error) => {
  if (!('code' in error && error.code === 'EPIPE')) throw error
})

const [name = 'help', ...words] = process.argv.slice(2)
const command = commands[name]
try {
  if (command === undefined)
    throw new CliError(`there is no command "${name}"; try: ${Object.keys(commands).join(', ')}`)
  await command.run(words)
} catch (error) {
  if (!(error instanceof CliError || error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
