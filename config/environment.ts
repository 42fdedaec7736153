import { platforms } from '../src/channels/platforms.ts'
import type { Problem } from './config-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Which variable stands for which setting, a dot before one in a group. */
const variables: Readonly<Record<string, string>> = {
  PORT: 'port',
  HOST: 'host',
  DATA_DIR: 'dataDir',
  REDIS_URL: 'redisUrl',
  ADMIN_PASSWORD: 'adminPassword',
  PUBLIC_URL: 'publicUrl',
  API_TOKENS: 'apiTokens',
  ADMINS: 'admins',
  SCENE_DIRS: 'sceneDirs',
  LOG_LEVEL: 'logLevel',
  TZ: 'timeZone',
  OPENAI_API_KEY: 'llm.apiKey',
  OPENAI_BASE_URL: 'llm.baseUrl',
  OPENAI_MODEL: 'llm.models',
}

/** One account a platform, straight from the environment. */
const accounts = platforms.map(({ name: platform, environment, guide }) => ({
  platform,
  page: guide.page,
  ...environment,
}))

/** The names of all variables that are read; the docs and the compose file are checked against it. */
export const variableNames: readonly string[] = [
  'HUITOU_CONFIG',
  ...Object.keys(variables),
  ...accounts.flatMap(({ needs, takes }) => [...Object.keys(needs), ...Object.keys(takes)]),
]

export interface Overlaid {
  tree: Record<string, unknown>
  problems: Problem[]
  /** The variable that brought what is at this path, and the path from there on. */
  originOf(path: readonly PropertyKey[]): { variable: string; rest: readonly PropertyKey[] } | undefined
}

/** The file's settings with the environment's over them. An empty variable is an unset one. */
export function withEnvironment(file: Readonly<Record<string, unknown>>, environment: Environment): Overlaid {
  const tree = { ...file }
  const problems: Problem[] = []
  const origins = new Map<string, string>()

  for (const [variable, setting] of Object.entries(variables)) {
    if (!environment[variable]) continue
    const [group = '', name] = setting.split('.')
    if (name === undefined) tree[setting] = environment[variable]
    // What is no group is told by the schema.
    else if (tree[group] === undefined || isRecord(tree[group]))
      tree[group] = { ...tree[group], [name]: environment[variable] }
    else continue
    origins.set(setting, variable)
  }

  for (const { id, platform, page, needs, takes } of accounts) {
    const all = Object.entries({ ...needs, ...takes })
    const given = all.filter(([variable]) => environment[variable])
    const inFile = tree.channels ?? []
    // What is no list is told by the schema.
    if (given.length === 0 || !Array.isArray(inFile)) continue
    const channels: unknown[] = [...inFile]
    const known = channels.findIndex((channel) => isRecord(channel) && channel.id === id)
    const other = platformOfAnother(channels[known], platform)
    if (other !== undefined) {
      problems.push(
        elsewhere(
          id,
          platform,
          other,
          given.map(([variable]) => variable),
        ),
      )
      continue
    }
    const missing = Object.keys(needs).filter((variable) => !environment[variable])
    if (known < 0 && missing.length > 0) {
      problems.push(incomplete(id, page, missing))
      continue
    }
    const index = known < 0 ? channels.length : known
    const values = Object.fromEntries(given.map(([variable, setting]) => [setting, environment[variable]]))
    channels[index] = { id, platform, ...(isRecord(channels[index]) ? channels[index] : {}), ...values }
    tree.channels = channels
    for (const [variable, setting] of given) origins.set(['channels', index, setting].join('.'), variable)
  }

  function originOf(path: readonly PropertyKey[]) {
    for (let depth = 1; depth <= path.length; depth++) {
      const variable = origins.get(path.slice(0, depth).join('.'))
      if (variable) return { variable, rest: path.slice(depth) }
    }
    return undefined
  }
  return { tree, problems, originOf }
}

function incomplete(id: string, page: string, missing: readonly string[]): Problem {
  return {
    place: 'environment',
    name: missing.join(', '),
    text:
      `not set, although other variables of the channel "${id}" are. Without all of them it could not tell the platform from a stranger ` +
      `or could not answer, so it does not start: set them (${page} says where each is found), or unset the others`,
  }
}

/** The platform that this channel of the file is on, where it is another. */
function platformOfAnother(channel: unknown, platform: string): string | undefined {
  const named = isRecord(channel) ? channel.platform : undefined
  return platforms.find(({ name }) => name === named && name !== platform)?.name
}

function elsewhere(id: string, platform: string, other: string, variables: readonly string[]): Problem {
  return {
    place: 'environment',
    name: variables.join(', '),
    text:
      `set for the channel "${id}" on ${platform}, and in the file the channel of that id is on ${other}: ` +
      `give that one another id, or unset the variables`,
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
