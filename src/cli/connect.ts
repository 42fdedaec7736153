import { platforms } from '../channels/platforms.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

export const connectCommand: CliCommand = {
  usage: 'connect <platform>',
  summary: 'how an account is set up: what to do there, and which variables to set',
  async run([name]) {
    for (const line of guideLines(name)) say(line)
  },
}

/** What a person does to connect an account, in both languages. Throws CliError where there is no such platform. */
export function guideLines(sought: string | undefined): string[] {
  // The channel's id from the environment is the name that people know.
  const found = platforms.find(({ name, environment }) => sought === name || sought === environment.id)
  if (found === undefined) {
    const known = platforms.map(({ name, title }) => `${name} (${title.zh} ${title.en})`).join(', ')
    throw new CliError(`usage: ${connectCommand.usage}; platforms are ${known}`)
  }
  const { name, title, guide, environment, can } = found
  const steps = guide.steps.map((step) => ({
    zh: step.zh.replaceAll('{in}', `/in/${environment.id}`),
    en: step.en.replaceAll('{in}', `/in/${environment.id}`),
  }))
  return [
    `${title.zh} ${title.en} (${name})`,
    ...steps.flatMap(({ zh, en }, place) => [`  ${place + 1}. ${zh}`, `     ${en}`]),
    '',
    `  必须设置 must be set   ${Object.keys(environment.needs).join(' ')}`,
    `  可以设置 may be set    ${Object.keys(environment.takes).join(' ')}`,
    `  它能做 it can          ${can.join(' ')}`,
    `  详见 all of it         ${guide.page}`,
  ]
}
