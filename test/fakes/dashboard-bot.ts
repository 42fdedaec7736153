import { setTimeout as sleep } from 'node:timers/promises'
import type { Part } from '../../src/core/message/part.ts'
import type { ConsoleUp } from '../../src/dashboard/api/console/shapes.ts'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import type { FakeDashboard } from './dashboard-api.ts'
import { chats, pngBase64, wavBase64 } from './dashboard-seed.ts'

type Saying = Extract<ConsoleUp, { kind: 'say' }>

const markdown = `## 本周概况
共处理 **1,204** 个任务，成功率 *99.2%*，详见 [报表](https://example.com/report)。

1. 最忙的命令是 \`report weekly\`
2. 最慢的是 \`chat ask\`
   - 平均 8.2 秒

> 周三 14:00 企业微信限流 3 分钟，~~有丢失~~ 没有丢失。

| 渠道 | 任务 | 失败 |
| --- | --- | --- |
| staff | 812 | 4 |
| qq | 392 | 6 |

\`\`\`
demo steps 5
\`\`\`
<img src=x onerror=alert(1)> 与 [坏链接](javascript:alert(1)) 都只是字。`

const canned: Record<string, Part[]> = {
  'demo markdown': [{ kind: 'markdown', text: markdown }],
  'demo image': [
    { kind: 'image', media: { source: 'inline', base64: pngBase64 }, name: 'chart.png', type: 'image/png' },
  ],
  'demo file': [{ kind: 'file', media: { source: 'inline', base64: 'aGVsbG8=' }, name: '周报.csv', type: 'text/csv' }],
  'demo voice': [{ kind: 'voice', media: { source: 'inline', base64: wavBase64 }, type: 'audio/wav' }],
  'demo card': [
    {
      kind: 'card',
      title: '发布申请 #42',
      text: '周报已生成，要发布到 **运营群** 吗？',
      facts: [
        { name: '申请人', value: '张三' },
        { name: '范围', value: '华东区，3 个团队' },
      ],
      buttons: [
        { label: '同意', command: 'approve 42', style: 'primary' },
        { label: '拒绝', command: 'reject 42', style: 'danger' },
        { label: '稍后', command: 'demo echo 稍后' },
      ],
    },
  ],
}

/** Plays the whole of Huitou for one saying: its bubble, its task, its progress, its answer. Gives the task's id. */
export function answerOf(fake: FakeDashboard, saying: Saying, speed: number, signal: AbortSignal): string {
  const { channel, chat, person, parts, id } = saying
  const words = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
  const title = chats.find((one) => one.chat === chat)
  const name = title?.people.find((one) => one.id === person)?.name ?? person
  const number = Math.max(0, ...[...fake.tasks.values()].map((task) => task.number ?? 0)) + 1
  const taskId = `t-${id}`
  const now = Date.now()
  const task: TaskDetail = {
    id: taskId,
    number,
    state: 'waiting',
    lane: words.startsWith('demo sleep') ? 'long' : 'short',
    command: words.split(' ').slice(0, 2).join(' '),
    text: words,
    channel,
    chat,
    chatKind: title?.chatKind ?? 'private',
    sender: { id: person, name },
    attempt: 0,
    createdAt: now,
    timeline: [
      { at: now, kind: 'received' },
      { at: now + 1, kind: 'stored' },
    ],
    steps: [],
    deliveries: [],
  }
  fake.bubble(channel, chat, { id, from: { kind: 'person', id: person, name }, parts, taskId })
  fake.put(task)
  void play(fake, task, words, speed, signal).catch(() => undefined)
  return taskId
}

async function play(fake: FakeDashboard, task: TaskDetail, words: string, speed: number, signal: AbortSignal) {
  const { channel, chat, id } = task
  const say = (parts: Part[]) => {
    const delivery = { id: `${id}-d`, to: { channel, chat, chatKind: task.chatKind } }
    fake.bubble(channel, chat, { id: `${delivery.id}-${Math.random()}`, from: { kind: 'bot' }, parts, taskId: id })
  }
  const current = () => fake.tasks.get(id) ?? task
  const isOver = () => current().state === 'cancelled'
  fake.put({ ...current(), state: 'running', attempt: 1, startedAt: Date.now() })

  const seconds = Number(/^demo sleep (\d+)/.exec(words)?.[1] ?? 0)
  if (seconds > 0) say([{ kind: 'text', text: `已收到 #${task.number}，大约要 ${seconds} 秒` }])
  for (let second = 1; second <= seconds && !isOver(); second++) {
    await sleep(1000 / speed, undefined, { signal })
    const progress = { percent: (second / seconds) * 100, text: `${second}/${seconds} 秒` }
    if (!isOver()) fake.put({ ...current(), progress })
  }
  if (isOver()) return say([{ kind: 'text', text: `#${task.number} 已取消。` }])
  await sleep(60 / speed, undefined, { signal })
  const isFailing = words.startsWith('demo fail')
  say(
    canned[words] ?? [
      {
        kind: 'text',
        text: seconds > 0 ? `睡了 ${seconds} 秒，醒了。` : isFailing ? '出错了：故意的。' : `你说：${words}`,
      },
    ],
  )
  fake.put({
    ...current(),
    state: isFailing ? 'failed' : 'done',
    why: isFailing ? '故意失败' : undefined,
    progress: undefined,
    endedAt: Date.now(),
  })
}
