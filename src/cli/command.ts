/** A command of `npm run huitou -- …`. */
export interface CliCommand {
  usage: string
  summary: string
  run(words: readonly string[]): Promise<void>
}
