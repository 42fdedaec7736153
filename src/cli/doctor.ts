import { Redis } from 'ioredis'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/read.ts'
import type { Finding } from '../channels/platform.ts'
import { type Account, platformOf, platforms } from '../channels/platforms.ts'
import { whyOf } from '../core/text/why.ts'
import { mcpProblem } from '../engine/llm/tools/mcp/server.ts'
import { readPresetFolder } from '../engine/presets/preset-files.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'
import { lookAtScenes } from './scene-faults.ts'

export const doctorCommand: CliCommand = {
  usage: 'doctor',
  summary: 'look at everything an installation needs, and say what to do about it',
  async run() {
    const config = loadConfig()
    const findings: Finding[] = [
      { what: 'config' },
      nodeFinding(),
      ...(await storeFindings(config)),
      ...presetFindings(config),
    ]
    for (const account of config.channels) findings.push(...(await accountFindings(account)))
    for (const [name, server] of Object.entries(config.llm.mcp)) {
      findings.push({ what: `MCP server ${name}`, wrong: await mcpProblem(name, server, config.hostEnvironment) })
    }
    if (config.channels.length === 0) {
      const names = platforms.map(({ name }) => name).join(', ')
      findings.push({ what: `channels: none but the console is configured; connect <platform> tells how (${names})` })
    }
    const { faults, laneless } = await lookAtScenes(config)
    findings.push({ what: 'scenes', wrong: listed(faults) }, { what: 'lanes', wrong: listed(laneless) })
    for (const { what, wrong } of findings) say(wrong === undefined ? `  ok    ${what}` : `  WRONG ${what}: ${wrong}`)
    if (findings.some(({ wrong }) => wrong !== undefined)) throw new CliError('something needs attention')
  },
}

function listed(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : lines.join('\n        ')
}

/** What its platform finds when it looks at an account, with the page that says how to mend it. */
export async function accountFindings(account: Account): Promise<Finding[]> {
  const { guide, examine } = platformOf(account)
  const found = await examine(account)
  return found.map(({ what, wrong }) => ({
    what: `channel ${account.id}: ${what}`,
    wrong: wrong === undefined ? undefined : `${wrong} (${guide.page} says how it is set up)`,
  }))
}

function presetFindings({ llm }: Config): Finding[] {
  return readPresetFolder(llm.presetDir).faults.map(({ file, line, message }) => ({
    what: `preset ${line === undefined ? file : `${file}:${line}`}`,
    wrong: message,
  }))
}

function nodeFinding(): Finding {
  const [major = 0] = process.versions.node.split('.').map(Number)
  const what = `Node ${process.versions.node}`
  return major >= 24 ? { what } : { what, wrong: 'Huitou needs Node 24; start it by its npm scripts, which bring it' }
}

async function storeFindings(config: Config): Promise<Finding[]> {
  if (config.redisUrl === undefined)
    return [{ what: `store: embedded, in ${config.dataDir} (safe against a killed process, not against a power cut)` }]
  const redis = new Redis(config.redisUrl, {
    lazyConnect: true,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    const setting = async (name: string): Promise<string | undefined> =>
      ((await redis.config('GET', name)) as string[])[1]
    const version = /redis_version:(\d+)/.exec(await redis.info('server'))?.[1]
    return [
      { what: `Redis ${version}`, wrong: Number(version) >= 7 ? undefined : 'version 7 or newer is needed' },
      {
        what: 'Redis appendonly',
        wrong:
          (await setting('appendonly')) === 'yes'
            ? undefined
            : 'set "appendonly yes": without it a restart of Redis loses what was acknowledged',
      },
      {
        what: 'Redis maxmemory-policy',
        wrong:
          (await setting('maxmemory-policy')) === 'noeviction'
            ? undefined
            : 'set "maxmemory-policy noeviction": another policy throws tasks away when memory is short',
      },
    ]
  } catch (error) {
    return [
      {
        what: 'Redis',
        wrong: `cannot be reached (${whyOf(error)}); is REDIS_URL right, and does Redis run?`,
      },
    ]
  } finally {
    redis.disconnect()
  }
}
