import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/read.ts'
import { runUntilStopped } from '../app/machine/process.ts'
import { start } from '../app/start.ts'
import { platforms } from '../channels/platforms.ts'
import { friendlyAnswer } from '../simulators/openai/friendly-answer.ts'
import { startOpenaiSimulator } from '../simulators/openai/index.ts'
import type { Played } from '../simulators/played.ts'
import { playAll } from '../simulators/stage.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

/** An answer takes some ten seconds, so that it can be seen to come later. */
const WORD_MS = 60
const NOTICE_AFTER_MS = 3_000

/** Platforms and model in small. */
async function stage() {
  const played = await playAll()
  const model = await startOpenaiSimulator({ answer: friendlyAnswer, wordMs: WORD_MS })
  return {
    played,
    model,
    async close() {
      await Promise.all([...played.map((each) => each.close()), model.close()])
    },
  }
}

type Stage = Awaited<ReturnType<typeof stage>>

/** The settings that lead to what is played, and to no real account of the environment. */
function configFor({ played, model }: Stage): Config {
  const variables = platforms.flatMap(({ environment: { needs, takes } }) => Object.keys({ ...needs, ...takes }))
  const config = loadConfig({
    ...Object.fromEntries(variables.map((name) => [name, ''])),
    ...Object.assign({}, ...played.map(({ environment }) => environment)),
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'a-simulated-key',
    OPENAI_MODEL: 'simulated',
    ADMINS: ['console:zhangsan', ...played.flatMap(adminsOf)].join(','),
  })
  const urls = Object.fromEntries(played.map(({ channel, controlUrl }) => [channel, controlUrl]))
  return {
    ...config,
    simulators: { ...config.simulators, ...urls },
    llm: { ...config.llm, noticeAfterMs: Math.min(config.llm.noticeAfterMs, NOTICE_AFTER_MS) },
  }
}

function adminsOf({ channel, admins }: Played): string[] {
  return admins.map((person) => `${channel}:${person}`)
}

function greeting(url: string, played: readonly Played[]): string[] {
  const titles = platforms.filter(({ name }) => played.some(({ platform }) => platform === name))
  return [
    `演示：${titles.map(({ title }) => title.zh).join('、')} 和大模型都是模拟的，不连接任何真实账号`,
    `Demo: ${titles.map(({ title }) => title.en).join(', ')} and the model are simulated; no real account is used`,
    '',
    ...played.flatMap(({ channel, show }) =>
      show === undefined
        ? []
        : [`${show.title.zh} ${show.title.en}    ${url}/console?channel=${channel}&chat=${show.chat}`],
    ),
    '在群里发 say there  #介绍一下北京',
    '',
  ]
}

export const demoCommand: CliCommand = {
  usage: 'demo',
  summary: 'start with simulated platforms and a simulated model, to be used from the console; no account needed',
  async run() {
    await runUntilStopped(async () => {
      const staged = await stage()
      const running = await start(configFor(staged))
      for (const each of staged.played) each.connect(running.url)
      for (const line of greeting(running.url, staged.played)) say(`  ${line}`)
      return {
        log: running.log,
        drainMs: running.drainMs,
        async stop() {
          await running.stop()
          await staged.close()
        },
      }
    })
  },
}
