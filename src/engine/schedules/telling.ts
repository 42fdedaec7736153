import { chatKey } from '../../core/message/address.ts'
import { writeMoment } from '../../core/schedule/moment.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { stateWords } from '../people/state-words.ts'

type Pick = (text: Bilingual) => string

/** A schedule in one line of a list. */
export function scheduleLine(schedule: Schedule, pick: Pick): string {
  const { number, when, text, paused, nextAt, timeZone } = schedule
  const next = nextAt === undefined ? '' : ` · ${writeMoment(nextAt, timeZone)}`
  const state = paused === undefined ? next : ` · ${pick({ zh: '已暂停', en: 'paused' })}`
  return `${number}. ${when} · ${firstLine(text)}${state}`
}

/** All there is to know of it; `next` are its next times. */
export function scheduleText(schedule: Schedule, next: readonly number[], pick: Pick): string {
  const { number, when, timeZone, text, owner, askedIn, to, misfire, overlap, pauseAfter, paused, recent } = schedule
  const place = chatKey(to)
  const lines = [
    pick({ zh: `定时 ${number} · ${when}（${timeZone}）`, en: `Schedule ${number} · ${when} (${timeZone})` }),
    pick({ zh: `命令：${text}`, en: `Command: ${text}` }),
    pick({ zh: `投递到：${place}`, en: `Delivered to: ${place}` }),
    pick({ zh: `所有者：${askedIn.channel}:${owner.id}`, en: `Owner: ${askedIn.channel}:${owner.id}` }),
    pick({
      zh: `错过时：${words.misfire[misfire].zh}；重叠时：${words.overlap[overlap].zh}；连续失败 ${pauseAfter} 次暂停`,
      en: `When missed: ${words.misfire[misfire].en}; when overlapping: ${words.overlap[overlap].en}; pauses after ${pauseAfter} ${pauseAfter === 1 ? 'failure' : 'failures in a row'}`,
    }),
  ]
  if (paused !== undefined) {
    const { zh, en } = words.paused[paused.why]
    lines.push(pick({ zh: `已暂停：${zh}`, en: `Paused: ${en}` }))
  }
  if (next.length > 0)
    lines.push(pick({ zh: '接下来：', en: 'Next:' }), ...next.map((at) => `  ${writeMoment(at, timeZone)}`))
  if (recent.length > 0) {
    const told = recent.slice(0, 5).map(({ number: task, state, dueAt }) => {
      return `  #${task} ${pick(words.state[state])} · ${writeMoment(dueAt, timeZone)}`
    })
    lines.push(pick({ zh: '最近：', en: 'Last:' }), ...told)
  }
  return lines.join('\n')
}

const words = {
  misfire: {
    skip: { zh: '跳过', en: 'skipped' },
    once: { zh: '补一次', en: 'made up for once' },
    all: { zh: '全部补上', en: 'all made up for' },
  },
  overlap: {
    skip: { zh: '跳过', en: 'skipped' },
    queue: { zh: '排队', en: 'queued' },
    both: { zh: '同时进行', en: 'side by side' },
  },
  paused: {
    asked: { zh: '由人暂停', en: 'by hand' },
    failures: { zh: '连续失败', en: 'it failed too often' },
    barred: { zh: '不再有权投递到那里', en: 'it may no longer deliver there' },
  },
  state: stateWords,
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
