/** What kept a command from doing its work, in a sentence for the person at the terminal. */
export class CliError extends Error {
  override readonly name = 'CliError'
}
