import type { DeliveryRecord } from '../../src/core/delivery/delivery.ts'
import type { RunState } from '../../src/core/task/run.ts'
import type { ConsoleChat } from '../../src/dashboard/api/console/shapes.ts'
import type { Overview, PresetList, SceneList, TaskDetail } from '../../src/dashboard/api/shapes.ts'

const MINUTE = 60_000

export const chats: ConsoleChat[] = [
  {
    channel: 'console',
    chat: 'ops',
    chatKind: 'group',
    title: '运营群',
    people: [
      { id: 'zhangsan', name: '张三' },
      { id: 'lisi', name: '李四' },
      { id: 'wangwu', name: '王五' },
    ],
  },
  {
    channel: 'console',
    chat: 'zhangsan',
    chatKind: 'private',
    title: '张三',
    people: [{ id: 'zhangsan', name: '张三' }],
  },
  {
    channel: 'staff',
    chat: 'lisi',
    chatKind: 'private',
    title: '李四',
    people: [{ id: 'lisi', name: '李四' }],
    simulated: {
      platform: 'wecom-app',
      platformTitle: { zh: '企业微信', en: 'WeCom' },
      bot: { id: 'app', name: '回头' },
      takes: ['text', 'image', 'file'],
    },
  },
  {
    channel: 'qq-group',
    chat: 'g20001',
    chatKind: 'group',
    title: '产品讨论群',
    people: [
      { id: '10001', name: '张三' },
      { id: '10002', name: '李四' },
    ],
    simulated: {
      platform: 'onebot',
      platformTitle: { zh: 'QQ', en: 'QQ' },
      bot: { id: '3100000001', name: '小回' },
      takes: ['text', 'mention', 'quote', 'image', 'voice', 'video', 'file'],
    },
  },
]

const demo = (name: string, args: string, zh: string, en: string, lane: string) => ({
  name,
  usage: `demo ${name} ${args}`.trim(),
  summary: { zh, en },
  lane,
})

export const scenes: SceneList['scenes'] = [
  {
    name: '',
    summary: { zh: '内置命令', en: 'Built in' },
    isPublic: true,
    commands: [
      {
        name: 'help',
        usage: 'help [scene] [command]',
        summary: { zh: '看能做什么', en: 'What can be asked' },
        lane: 'short',
      },
      { name: 'tasks', usage: 'tasks', summary: { zh: '我的任务', en: 'My tasks' }, lane: 'short' },
      { name: 'cancel', usage: 'cancel <n>', summary: { zh: '取消任务', en: 'Cancel a task' }, lane: 'short' },
    ],
  },
  {
    name: 'demo',
    summary: { zh: '演示', en: 'Demo' },
    isPublic: true,
    commands: [
      demo('echo', '<text…>', '原样说回来', 'Says it back', 'short'),
      demo('sleep', '<seconds>', '睡几秒，报告进度', 'Sleeps and reports progress', 'long'),
      demo('spin', '<seconds>', '空转 CPU', 'Burns CPU', 'cpu'),
      demo('steps', '<n>', '一步一步来', 'Step by step', 'long'),
      demo('fail', '[times]', '失败几次再成功', 'Fails, then succeeds', 'short'),
      demo('card', '', '一张卡片', 'A card', 'short'),
    ],
  },
  {
    name: 'report',
    summary: { zh: '报表', en: 'Reports' },
    isPublic: false,
    commands: [
      {
        name: 'weekly',
        usage: 'report weekly <team> [weeks]',
        summary: { zh: '生成周报', en: 'Weekly report' },
        lane: 'long',
      },
    ],
  },
]

export function overview(): Overview {
  const now = Date.now()
  return {
    store: { kind: 'embedded', up: true },
    version: '0.1.0',
    startedAt: now - 26 * 60 * MINUTE,
    lanes: [
      { name: 'short', concurrency: 8, waiting: 0, active: 2, delayed: 0, failed: 0 },
      { name: 'long', concurrency: 4, waiting: 7, active: 4, delayed: 1, failed: 3 },
      { name: 'llm', concurrency: 20, waiting: 0, active: 6, delayed: 0, failed: 0 },
      { name: 'cpu', concurrency: 1, waiting: 1, active: 1, delayed: 0, failed: 1 },
    ],
    channels: [
      { id: 'console', platform: 'console', waiting: 0 },
      { id: 'staff', platform: 'wecom-app', waiting: 12, pausedUntil: now + 42_000 },
      {
        id: 'qq-group',
        platform: 'onebot',
        waiting: 3,
        down: { since: now - 4 * MINUTE, why: '反向 WebSocket 没有连接：OneBot 一侧未在线' },
      },
    ],
    sceneFaults: [{ file: 'scenes/weather.ts', line: 17, message: "Expected ',' or ')' but found 'await'" }],
  }
}

export function presets(): PresetList {
  return {
    usual: 'concise',
    presets: [
      {
        name: 'concise',
        title: { zh: '简洁助手', en: 'Concise assistant' },
        text: '你是聊天群里的助手。用提问者的语言回答。\n\n- 先说结论，再说理由；能用三句话说清的，不写第四句。\n- 列表不超过五条，不写客套话，不重复问题。\n- 不知道就说不知道，并说明怎样能查到；不编造事实、链接和数字。',
        file: 'config/presets/concise.md',
      },
      {
        name: 'sql-reviewer-of-the-warehouse-32',
        text: 'You review SQL for the warehouse. Say what is wrong first, then a better query.',
        model: 'openrouter/some-provider/a-model-with-a-very-long-name-2026-10',
        edited: { by: 'admin', at: Date.now() - 3 * 60 * MINUTE },
      },
      {
        name: 'translator',
        title: { zh: '翻译', en: 'Translator' },
        temperature: 0.3,
        text: 'You are a translator between Chinese and English.\n\n- Answer with the translation alone.',
        file: 'config/presets/translator.md',
        edited: { by: 'token-3f2a', at: Date.now() - 26 * 60 * MINUTE },
      },
      { name: '老师', text: '你是耐心的老师，一步一步地讲，讲完出一道题。', file: 'config/presets/老师.md' },
    ],
    faults: [{ file: 'config/presets/pirate.md', line: 3, message: 'temperature: must be from 0 to 2' }],
  }
}

const asks: readonly [text: string, command: string, lane: string, state: RunState, why?: string][] = [
  ['demo sleep 60', 'demo sleep', 'long', 'running'],
  ['report weekly 华东销售 4', 'report weekly', 'long', 'running'],
  ['# 帮我把上周的会议纪要整理成三点，再列出待办和负责人', 'chat ask', 'llm', 'running'],
  ['demo steps 30', 'demo steps', 'long', 'waiting'],
  ['demo echo 今天的晨会改到十点', 'demo echo', 'short', 'done'],
  ['report monthly 全公司', 'report monthly', 'long', 'failed', '数据仓库连接超时（30 秒）；已重试 3 次'],
  ['act_demo setup a b', 'act_demo setup', 'short', 'refused', '没有 act_demo 的授权，请向管理员申请'],
  ['demo spin 30', 'demo spin', 'cpu', 'cancelled', '提问的人取消了它'],
  ['早上好', '', 'short', 'ignored', '群里没有 @ 机器人'],
  ['help demo sleep', 'help', 'short', 'done'],
  ['weather brief 上海', 'weather brief', 'llm', 'done'],
]
const people = [
  { id: 'zhangsan', name: '张三' },
  { id: 'lisi', name: '李四' },
  { id: 'ChenXiaoMing', name: '陈晓明' },
  { id: '10001' },
]
const places = [
  { channel: 'staff', chat: 'zhangsan', chatKind: 'private' as const },
  { channel: 'qq-group', chat: '87654321', chatKind: 'group' as const },
  { channel: 'console', chat: 'ops', chatKind: 'group' as const },
]

/** Some of everything, the newest first in number. */
export function seedTasks(count: number, now = Date.now()): TaskDetail[] {
  return Array.from({ length: count }, (_, place) => {
    // `place` is taken modulo each list's length.
    const [text, command, lane, state, why] = asks[place % asks.length] as (typeof asks)[number]
    const createdAt = now - place * place * 9000 - place * 7000 - 2000
    const isBegun = state !== 'waiting' && state !== 'ignored'
    const isEnded = isBegun && state !== 'running'
    return {
      ...(places[place % places.length] as (typeof places)[number]),
      id: `t-seed-${count - place}`,
      number: state === 'waiting' && place < 5 ? undefined : 1200 + count - place,
      state,
      lane,
      command,
      text,
      sender: people[place % people.length] as (typeof people)[number],
      attempt: state === 'failed' ? 3 : isBegun ? 1 : 0,
      progress: state === 'running' && place !== 2 ? { percent: 37 + place * 21, text: '读取 3/8 个团队' } : undefined,
      why,
      createdAt,
      startedAt: isBegun ? createdAt + 180 : undefined,
      endedAt: isEnded ? createdAt + 180 + place * 940 : undefined,
      timeline: timelineOf(state, createdAt, why),
      steps:
        lane === 'long' && isBegun
          ? [
              { name: 'rows', bytes: 48_213 },
              { name: 'text', bytes: 1904 },
            ]
          : [],
      deliveries: isEnded ? deliveriesOf(place, createdAt) : [],
    }
  })
}

function timelineOf(state: RunState, at: number, why?: string): TaskDetail['timeline'] {
  const begun: TaskDetail['timeline'] = [
    { at, kind: 'received', text: 'MsgId 7041…' },
    { at: at + 4, kind: 'stored', ms: 3 },
    { at: at + 9, kind: 'noticed', text: '已收到，前面还有 3 个', route: 'passive' },
  ]
  if (state === 'ignored') return [begun[0] as (typeof begun)[number], { at: at + 1, kind: 'ignored', text: why }]
  if (state === 'waiting') return begun
  const running: TaskDetail['timeline'] = [
    ...begun,
    { at: at + 180, kind: 'started', attempt: 1 },
    { at: at + 1420, kind: 'step', text: 'rows', ms: 1238 },
    { at: at + 1500, kind: 'log', text: 'fetched 8 teams, 1,204 rows from warehouse/east' },
    { at: at + 1600, kind: 'progress', text: '37%' },
  ]
  if (state === 'running') return running
  if (state === 'failed') {
    return [
      ...running,
      { at: at + 31_600, kind: 'retry', attempt: 1, text: '数据仓库连接超时（30 秒）' },
      { at: at + 34_000, kind: 'started', attempt: 2 },
      { at: at + 64_000, kind: 'failed', text: why, attempt: 3 },
      { at: at + 64_300, kind: 'sent', route: 'active', ms: 212 },
    ]
  }
  if (state !== 'done') return [...running, { at: at + 2300, kind: state, text: why }]
  return [
    ...running,
    { at: at + 2100, kind: 'said', text: '周报已生成' },
    { at: at + 2110, kind: 'done' },
    { at: at + 2390, kind: 'sent', route: 'active', ms: 212 },
  ]
}

function deliveriesOf(place: number, at: number): DeliveryRecord[] {
  const record = (n: number, text: string, rest: Partial<DeliveryRecord>): DeliveryRecord => ({
    delivery: {
      id: `d-${place}-${n}`,
      to: { channel: 'staff', chat: 'zhangsan', chatKind: 'private' },
      part: { kind: 'text', text },
      createdAt: at,
      expiresAt: at + 24 * 60 * MINUTE,
    },
    state: 'sent',
    attempts: 1,
    maybeTwice: false,
    updatedAt: at + 2390,
    ...rest,
  })
  return [
    record(0, '周报已生成：本周共 1,204 单，环比 +8.4%。', {
      route: 'active',
      receipt: { platformMessageId: 'msg-8f2a91c4', sentAt: at + 2390 },
    }),
    record(1, '附件：weekly.csv', {
      state: 'refused',
      why: '企业微信拒绝：文件超过 20 MB（40009）',
      attempts: 1,
      route: 'active',
    }),
    record(2, '还要按团队拆分吗？', {
      state: 'unsure',
      attempts: 2,
      maybeTwice: true,
      route: 'active',
      why: '连接在收到回执前断开',
    }),
    record(3, '明细稍后发来。', { state: 'queued', attempts: 0 }),
  ]
}

/** A small picture: bars on a ground. */
export const pngBase64 =
  'iVBORw0KGgoAAAANSUhEUgAAAPAAAAB4CAIAAABD1OhwAAABp0lEQVR42u3SsQkAIAxFQTdwUiv3tnEBV5AgiPHg9w/jlTGnWZoVJzCgzYA2A9oMaAPaDGgzoM2ANgPaLq72dnBAG9BmQJsBbUADbUADbUCbAW0GtAENtM+OfzbQBjTQBjTQQAMNNNBAAw000AY00AY00EADDTTQ3gg00EAb0EAb0EADDTTQQHsj0EADbUADbUADDTTQQAMNtEN4I9A+2xuB9tneCLTP9kagfTbQPtsbgfbZ3gi0z/ZGoH12/I0/FIEGGmiggQYaaKCBBhpooIEG2mcDDbTPVgQaaEWgfbYi0D4baKAVgQZaEWinVwTaZysC7bOBBloRaKAVgfbZikD7bEWgFYEGWjEnaKdXBNrpFYFWVARaURFoRaCdXhFop1cEWlERaEVFoBWBdnpFoJ1eEWhFRaAVgQZaEWinVwTa6RWBVlQEWhFop1cE2ukVgXZ6RaAVFYFWBNrpFYF2ekWgFRWBVlQEWhFop1cE2ukVgVZUBFpREWhFoJ1eEWinVwRaURFoRUWgFYF2esU8oM3eGtAGtBnQZkCbAW1AmwFtBrQZ0GabWzss+2KQmtywAAAAAElFTkSuQmCC'

/** A tenth of a second of silence. */
export const wavBase64 = wav()

function wav(): string {
  const samples = 800
  const bytes = Buffer.alloc(44 + samples, 128)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(36 + samples, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(8000, 24)
  bytes.writeUInt32LE(8000, 28)
  bytes.writeUInt16LE(1, 32)
  bytes.writeUInt16LE(8, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(samples, 40)
  return bytes.toString('base64')
}
