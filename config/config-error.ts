import { AppError } from '../src/core/errors.ts'

/** One thing that is set wrongly. */
export interface Problem {
  /** `config/huitou.yaml:12:5`, or `environment`. */
  place: string
  /** `channels[0].token`, or the variable's name; empty for the file as a whole. */
  name: string
  /** What is wrong and what to do. Never a value: it may be a secret. */
  text: string
}

/** The settings cannot be used: all that is wrong with them at once, one line each. */
export class ConfigError extends AppError {
  override readonly name = 'ConfigError'
  readonly retry = 'never'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(problems.map(lineOf).join('\n'))
    this.problems = problems
  }
}

function lineOf({ place, name, text }: Problem): string {
  return `${[place, name].filter(Boolean).join(' ')}: ${text}`
}
