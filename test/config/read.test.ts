// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what an operator writes into the file
import { expect, test } from 'vitest'
import { ConfigError } from '../../config/config-error.ts'
import { readConfig } from '../../config/read.ts'
import { platforms } from '../../src/channels/platforms.ts'

type Environment = Record<string, string | undefined>

const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'

const wecom = {
  WECOM_CORP_ID: 'ww0123456789abcdef',
  WECOM_AGENT_ID: '1000002',
  WECOM_SECRET: 'a-secret-nobody-may-read',
  WECOM_TOKEN: 'QDG6eK',
  WECOM_ENCODING_AES_KEY: aesKey,
}

function read(environment: Environment = {}, yaml?: string) {
  return readConfig(environment, (path) => (path === 'config/huitou.yaml' ? yaml : undefined))
}

function problemsOf(environment: Environment, yaml?: string): string[] {
  try {
    read(environment, yaml)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}

test('without a file and an environment everything has its default', () => {
  expect(read({ TZ: 'UTC' })).toEqual({
    allowPrivateUrls: false,
    publicUrl: undefined,
    port: 8420,
    host: '127.0.0.1',
    dataDir: './data',
    redisUrl: undefined,
    adminPassword: undefined,
    apiTokens: [],
    admins: [],
    sceneDirs: ['scenes', 'src/scenes'],
    logLevel: 'info',
    timeZone: 'UTC',
    hostEnvironment: { TZ: 'UTC' },
    lang: 'zh',
    channels: [],
    lanes: {
      short: { concurrency: 32, isolation: 'thread' },
      long: { concurrency: 8, isolation: 'thread' },
      llm: { concurrency: 8, isolation: 'thread' },
      cpu: { concurrency: 2, isolation: 'process', memoryMb: 512 },
    },
    prefixes: { '#': 'chat ask' },
    llm: {
      models: [{ name: 'gpt-5-mini' }],
      firstTokenMs: 30_000,
      wholeMs: 180_000,
      attempts: 3,
      memory: 'person',
      memoryTokens: 4_000,
      toolRounds: 8,
      mcp: {},
      summary: true,
      presetDir: 'config/presets',
      noticeAfterMs: 5_000,
      budgets: { person: { warnAt: 0.8 }, group: { warnAt: 0.8 }, all: { warnAt: 0.8 }, subjects: {} },
    },
    limits: {
      bodyBytes: 1_048_576,
      fetchedBytes: 2 * 1024 ** 3,
      keptBytes: 64 * 1024 * 1024,
      filesKeptMs: 604_800_000,
      runsKeptMs: 604_800_000,
      deliveryKeptMs: 86_400_000,
      drainMs: 10_000,
      graceMs: 3_000,
      leaseMs: 10_000,
      sendMs: 15_000,
    },
    grants: [],
    schedules: {},
    simulators: {},
    scenes: {},
    tasks: { onSceneChange: 'finish' },
  })
})

test('the environment alone makes the channel wecom', () => {
  const { channels } = read({ ...wecom, WECOM_API_BASE_URL: 'http://127.0.0.1:9000/' })
  expect(channels).toEqual([
    {
      platform: 'wecom-app',
      id: 'wecom',
      corpId: 'ww0123456789abcdef',
      agentId: 1000002,
      secret: 'a-secret-nobody-may-read',
      token: 'QDG6eK',
      encodingAesKey: aesKey,
      apiBaseUrl: 'http://127.0.0.1:9000',
      replyWithinMs: 1500,
      overlap: 'queue',
      mergeMs: 3000,
    },
  ])
})

test('the environment wins over the file, setting by setting', () => {
  const config = read(
    { ...wecom, PORT: '9000', ADMINS: 'wecom:ZhangSan, qq:10001', SCENE_DIRS: 'mine' },
    'port: 1\nhost: 0.0.0.0\nsceneDirs: [a, b]\nchannels:\n  - { id: wecom, platform: wecom-app, token: inFile, replyWithinMs: 300 }\n',
  )
  expect(config).toMatchObject({
    port: 9000,
    host: '0.0.0.0',
    admins: ['wecom:zhangsan', 'qq:10001'],
    sceneDirs: ['mine'],
    channels: [{ id: 'wecom', token: 'QDG6eK', replyWithinMs: 300 }],
  })
})

test('an empty variable is an unset one', () => {
  const config = read({ PORT: '', REDIS_URL: '', WECOM_SECRET: '', WECOM_TOKEN: '' })
  expect(config).toMatchObject({ port: 8420, channels: [] })
  expect(config.redisUrl).toBeUndefined()
})

test('the variables of other platforms are left alone', () => {
  expect(read({ WECOM_ROBOT_TOKEN: 'x', TELEGRAM_BOT_TOKEN: 'x', OPENAI_API_KEY: 'x' }).channels).toEqual([])
})

test('half a channel in the environment is refused with what is missing and why', () => {
  const problems = problemsOf({ ...wecom, WECOM_SECRET: undefined, WECOM_TOKEN: '' })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(
    /^environment WECOM_SECRET, WECOM_TOKEN: not set, although other variables of the channel "wecom" are\./,
  )
  expect(problems[0]).toContain('does not start')
})

test('variables of a channel whose id the file gives to another platform are told as such', () => {
  const yaml = 'channels:\n  - { id: wecom, platform: onebot, accessToken: a-token-of-its-own }\n'
  expect(problemsOf(wecom, yaml)).toEqual([
    `environment ${Object.keys(wecom).join(', ')}: set for the channel "wecom" on wecom-app, and in the file the channel of that id is on onebot: give that one another id, or unset the variables`,
  ])
})

test('a key of another platform is no setting, and what is proposed is of the account’s own', () => {
  const yaml = [
    'channels:',
    '  - id: qq',
    '    platform: onebot',
    '    accesToken: x',
    '    accessToken: a-token-of-its-own',
    '    corpId: ww1',
    '  - wecom',
  ].join('\n')
  const [mistyped, foreign, noGroup, ...others] = problemsOf({}, yaml)
  expect(mistyped).toBe('config/huitou.yaml:4:5 channels[0].accesToken: is not a setting; did you mean "accessToken"?')
  expect(foreign).toMatch(/^config\/huitou.yaml:6:5 channels\[0\].corpId: is not a setting; here are: .*accessToken/)
  expect(foreign).not.toMatch(/agentId/)
  expect(noGroup).toBe('config/huitou.yaml:7:5 channels[1]: must be a group of settings, one `name: value` a line')
  expect(others).toEqual([])
})

test('every problem is told at once, each with its line and column', () => {
  const yaml = [
    'port: eighty',
    'lanes:',
    '  short: { concurency: 4 }',
    '  long:',
    '    concurrency: 0',
    'channels:',
    '  - id: staff',
    '    platform: wecom-app',
    '    corpId: ww1',
    '    agentId: none',
    '    secret: s',
    '    token: no spaces!',
    '    encodingAesKey: short',
    '    apiBaseUrl: ftp://example.com',
    '  - id: staff',
    '    platform: wecom-application',
    'limits: { runsKeptMs: 1000 }',
    'logLevel: loud',
    'chanels: []',
  ].join('\n')
  expect(problemsOf({}, yaml)).toEqual([
    'config/huitou.yaml:1:7 port: must be a number',
    'config/huitou.yaml:3:12 lanes.short.concurency: is not a setting; did you mean "concurrency"?',
    'config/huitou.yaml:5:18 lanes.long.concurrency: must be at least 1',
    "config/huitou.yaml:10:14 channels[0].agentId: must be the number shown as AgentId on the app's page",
    'config/huitou.yaml:12:12 channels[0].token: must be 1 to 32 letters and digits: copy Token from 接收消息 → API 接收',
    'config/huitou.yaml:13:21 channels[0].encodingAesKey: must be 43 letters and digits: copy EncodingAESKey from 接收消息 → API 接收',
    'config/huitou.yaml:14:17 channels[0].apiBaseUrl: must be an http or https URL such as https://qyapi.weixin.qq.com',
    `config/huitou.yaml:16:15 channels[1].platform: must be one of: ${platforms.map(({ name }) => name).join(', ')}`,
    'config/huitou.yaml:17:23 limits.runsKeptMs: must be at least 86400000 (24 h): a message that a platform sends again is recognised by its kept task',
    'config/huitou.yaml:18:11 logLevel: must be one of: fatal, error, warn, info, debug, trace, silent',
    'config/huitou.yaml:19:1 chanels: is not a setting; did you mean "channels"?',
  ])
})

test('what is missing in the file is told where it should stand', () => {
  const yaml =
    'lang: en\nchannels:\n  - id: staff\n    platform: wecom-app\n    corpId:\n    agentId: 1\n    secret: s\n    token: t\n'
  expect(problemsOf({}, yaml)).toEqual([
    'config/huitou.yaml:3:5 channels[0].encodingAesKey: is missing',
    'config/huitou.yaml:5:5 channels[0].corpId: is missing',
  ])
})

test('a wrong value from the environment is told by its variable', () => {
  expect(problemsOf({ PORT: '70000', API_TOKENS: 'short,long enough but spaced', TZ: 'Mars' })).toEqual([
    'environment PORT: must be at most 65535',
    'environment API_TOKENS[0]: has fewer than 16 characters, which can be guessed: make one with `openssl rand -hex 32`',
    'environment API_TOKENS[1]: must be letters, digits and ._~+/=- only',
    'environment TZ: must be a time zone such as Asia/Shanghai or UTC',
  ])
  expect(problemsOf({ ...wecom, WECOM_AGENT_ID: 'x', WECOM_TOKEN: 'not a token' })).toEqual([
    "environment WECOM_AGENT_ID: must be the number shown as AgentId on the app's page",
    'environment WECOM_TOKEN: must be 1 to 32 letters and digits: copy Token from 接收消息 → API 接收',
  ])
})

test('two channels of one id are refused, and so are the ids Huitou uses itself', () => {
  const channel = (id: string) =>
    `  - { id: ${id}, platform: wecom-app, corpId: c, agentId: 1, secret: s, token: t, encodingAesKey: ${aesKey} }\n`
  expect(problemsOf({}, `channels:\n${channel('staff')}${channel('staff')}`)).toEqual([
    'config/huitou.yaml:3:11 channels[1].id: is the id of an earlier channel too: give each its own',
  ])
  expect(problemsOf({}, `channels:\n${channel('console')}`)).toEqual([
    'config/huitou.yaml:2:11 channels[0].id: is a name Huitou uses itself: choose another id',
  ])
})

test('${NAME} is filled in from the environment, in numbers and lists too', () => {
  const yaml = [
    'port: ${MY_PORT}',
    'admins: ${MY_ADMINS}',
    'redisUrl: redis://:${PASSWORD}@${REDIS_HOST:-localhost}:6379',
    "prefixes: { '$': 'demo echo $${x}' }",
  ].join('\n')
  expect(read({ MY_PORT: '9001', MY_ADMINS: 'wecom:a,wecom:b', PASSWORD: 'p' }, yaml)).toMatchObject({
    port: 9001,
    admins: ['wecom:a', 'wecom:b'],
    redisUrl: 'redis://:p@localhost:6379',
    prefixes: { $: 'demo echo ${x}' },
  })
})

test('an unset ${NAME} is told by name and line, once', () => {
  expect(problemsOf({}, 'lang: en\nport: ${MY_PORT}\nhost: "${OOPS"\n')).toEqual([
    'config/huitou.yaml:2:7 port: needs the environment variable MY_PORT, which is not set: set it, or write ${MY_PORT:-default}',
    'config/huitou.yaml:3:7 host: has a ${ that is not closed or names no variable: write ${NAME} or ${NAME:-default}, or $${ for the characters themselves',
  ])
})

test('a number where a text belongs says how to write it', () => {
  expect(problemsOf({}, 'adminPassword: 12345678')).toEqual([
    'config/huitou.yaml:1:16 adminPassword: must be a text: put it in quotes',
  ])
})

test('grants are read in the time zone of the settings; a last day counts as a whole', () => {
  const yaml = [
    'timeZone: Asia/Shanghai',
    'grants:',
    '  - { person: "wecom:ZhangSan", scene: report }',
    '  - { group: "wecom:Wrk1", scene: report, command: weekly, from: 2026-01-01, until: 2026-01-31 }',
    '  - { person: "wecom:li", scene: "*", until: "2026-01-31T00:00:00Z" }',
  ].join('\n')
  expect(read({}, yaml).grants).toEqual([
    { subject: 'wecom:zhangsan', scene: 'report', command: '*' },
    {
      subject: 'group:wecom:wrk1',
      scene: 'report',
      command: 'weekly',
      validFrom: Date.parse('2025-12-31T16:00:00Z'),
      validUntil: Date.parse('2026-01-31T16:00:00Z'),
    },
    { subject: 'wecom:li', scene: '*', command: '*', validUntil: Date.parse('2026-01-31T00:00:00Z') },
  ])
})

test('a grant is for a person or a group, until a day that is named', () => {
  const yaml = 'grants:\n  - { scene: a }\n  - { person: "w:a", group: "w:b", scene: a, until: 30d }\n'
  expect(problemsOf({}, yaml)).toEqual([
    'config/huitou.yaml:2:5 grants[0]: needs either person or group, and not both',
    'config/huitou.yaml:3:5 grants[1]: needs either person or group, and not both',
    'config/huitou.yaml:3:53 grants[1].until: must be 2026-12-31, 2026-12-31 18:00 or 2026-12-31T18:00:00+08:00',
  ])
})

test('a lane that is half set keeps the rest of its default, and a new one gets one', () => {
  expect(read({}, 'lanes: { cpu: { concurrency: 1 }, llm: { concurrency: 4 } }').lanes).toMatchObject({
    short: { concurrency: 32, isolation: 'thread' },
    cpu: { concurrency: 1, isolation: 'process', memoryMb: 512 },
    llm: { concurrency: 4, isolation: 'thread' },
  })
})

test('a lane has a name that is free', () => {
  expect(problemsOf({}, 'lanes: { control: {}, A b: {} }')).toEqual([
    'config/huitou.yaml:1:10 lanes.control: is a lane Huitou uses itself: choose another name',
    'config/huitou.yaml:1:23 lanes.A b: a lane is named with a-z, 0-9 and -, and starts with a letter',
  ])
})

test('a file that is not YAML is told with its line', () => {
  const problems = problemsOf({}, 'port: 1\nhost: "unclosed\n')
  expect(problems[0]).toMatch(/^config\/huitou\.yaml:\d+:\d+: is not YAML: Missing closing/)
})

test('a file that holds no settings is told; one with only comments is empty', () => {
  expect(problemsOf({}, '- port\n')).toEqual(['config/huitou.yaml:1:1: must be settings, one `name: value` a line'])
  expect(read({}, '# nothing yet\nchannels:\n').channels).toEqual([])
})

test('HUITOU_CONFIG names the file, and then it must be there', () => {
  const config = readConfig({ HUITOU_CONFIG: '/etc/huitou.yaml' }, (path) =>
    path === '/etc/huitou.yaml' ? 'port: 1' : undefined,
  )
  expect(config.port).toBe(1)
  expect(problemsOf({ HUITOU_CONFIG: 'away.yaml' })).toEqual([
    'environment HUITOU_CONFIG: names a file that is not there: make it, or unset the variable',
  ])
})

test('aliases and anchors are places too', () => {
  const yaml = 'lanes:\n  short: &few { concurrency: 0 }\n  long: *few\n'
  expect(problemsOf({}, yaml)).toEqual([
    'config/huitou.yaml:2:30 lanes.short.concurrency: must be at least 1',
    'config/huitou.yaml:2:30 lanes.long.concurrency: must be at least 1',
  ])
})

test('the model of the environment goes before the file’s, and the rest of the group stays', () => {
  const environment = {
    OPENAI_API_KEY: 'sk-x',
    OPENAI_MODEL: 'one, two',
    OPENAI_BASE_URL: 'https://models.example.com/v1/',
  }
  const { llm } = readConfig(environment, () => 'llm: { models: [three], memory: chat }')
  expect(llm).toMatchObject({
    apiKey: 'sk-x',
    baseUrl: 'https://models.example.com/v1',
    models: [{ name: 'one' }, { name: 'two' }],
    memory: 'chat',
  })
  expect(() => readConfig({ OPENAI_BASE_URL: 'nowhere' }, () => undefined)).toThrow(
    /OPENAI_BASE_URL.*must be an http or https URL/,
  )
  expect(() => readConfig({ OPENAI_MODEL: ' , ' }, () => undefined)).toThrow(/OPENAI_MODEL.*name a model/)
})

test('budgets are for each person, each group, everybody, and named ones, who may be unlimited', () => {
  const { llm } = read(
    {},
    `llm:
  budgets:
    person: { tokens: 1000, cost: 0.5 }
    all: { cost: 20, warnAt: 0.9 }
    subjects:
      OneBot:10001: { tokens: unlimited }
      group:onebot:20001: { messages: 5 }`,
  )
  expect(llm.budgets).toEqual({
    person: { tokens: 1000, cost: 0.5, warnAt: 0.8 },
    group: { warnAt: 0.8 },
    all: { cost: 20, warnAt: 0.9 },
    subjects: { 'onebot:10001': { tokens: 'unlimited' }, 'group:onebot:20001': { messages: 5 } },
  })
  expect(() => read({}, 'llm: { budgets: { subjects: { someone: {} } } }')).toThrow(/channel:person/)
  expect(() => read({}, 'llm: { budgets: { person: { tokens: -1 } } }')).toThrow(/tokens/)
})

test('schedules are read with whose they are and where they go, and what is wrong is told', () => {
  const yaml = [
    'schedules:',
    '  morning: { when: 每个工作日 9:00, run: report weekly, owner: "wecom:ZhangSan", to: "group:wecom:wrkSF:1" }',
    '  ledger: { when: 0 2 1 * *, run: stats, owner: "wecom:lisi", timeZone: Europe/Berlin, misfire: all, pauseAfter: 1 }',
  ].join('\n')
  const usual = { misfire: 'once', overlap: 'skip', pauseAfter: 3 }
  expect(read({}, yaml).schedules).toEqual({
    morning: {
      ...usual,
      when: '每个工作日 9:00',
      run: 'report weekly',
      owner: { channel: 'wecom', id: 'ZhangSan' },
      to: { channel: 'wecom', chat: 'wrkSF:1', chatKind: 'group' },
    },
    ledger: {
      ...usual,
      when: '0 2 1 * *',
      run: 'stats',
      owner: { channel: 'wecom', id: 'lisi' },
      timeZone: 'Europe/Berlin',
      misfire: 'all',
      pauseAfter: 1,
    },
  })
  const wrong =
    'schedules:\n  soon: { when: soon, run: x, owner: zhangsan, timeZone: Mars, to: nowhere, overlap: pile }\n'
  const problems = problemsOf({}, wrong).join('\n')
  for (const words of ['every weekday 9:00', 'channel:person', 'Asia/Shanghai', 'group:channel:chat', 'overlap']) {
    expect(problems).toContain(words)
  }
})

test('a regular expression that could take long on some text is refused where it stands', () => {
  const problems = problemsOf(
    {},
    `channels:
  - id: qq
    platform: onebot
    wsUrl: ws://127.0.0.1:3001
    accessToken: kestrel-token-1
    groups:
      default:
        join: { answer: '(?<=a)b' }
        words: [{ patterns: ['(a)\\1', '('] }]`,
  )
  expect(problems).toEqual([
    expect.stringMatching(/:8:\d+ .*join\.answer: looks ahead or behind/),
    expect.stringMatching(/:9:\d+ .*patterns\[0\]: refers back/),
    expect.stringMatching(/:9:\d+ .*patterns\[1\]: is no regular expression: Unterminated group/),
  ])
})

test('an account that names no token may connect only where the network keeps strangers out', () => {
  const qq = (host: string) => `
host: ${host}
channels:
  - { id: onebot, platform: onebot, accessToken: kestrel-token-1, allowNoToken: true }
`
  for (const host of ['127.0.0.1', 'localhost', '192.168.1.5', '"::1"', '10.0.0.2', '"fd00::1"'])
    expect(readConfig({}, () => qq(host)).channels[0]).toMatchObject({ allowNoToken: true })
  for (const host of ['0.0.0.0', '"::"', '203.0.113.7', 'bot.example.com'])
    expect(() => readConfig({}, () => qq(host))).toThrow('allowNoToken: is only for a HOST of this machine')
})
