import { type Schedule, type ScheduleNotification, whenExamples } from '../../core/schedule/schedule.ts'
import type { Bilingual } from '../../core/text/lang.ts'

/** What people are told about schedules. */
export const sentences = {
  unreadable: (when: string): Bilingual => ({
    zh: `看不懂时间“${shortened(when)}”。可以这样写：${whenExamples.zh}`,
    en: `"${shortened(when)}" is no time I can read. Write it like one of these: ${whenExamples.en}`,
  }),
  neverComes: (when: string): Bilingual => ({
    zh: `“${shortened(when)}”这个时间永远不会到。`,
    en: `"${shortened(when)}" is a time that never comes.`,
  }),
  noZone: (zone: string): Bilingual => ({
    zh: `没有时区“${shortened(zone)}”，可写 Asia/Shanghai、Europe/Berlin 或 UTC。`,
    en: `There is no time zone "${shortened(zone)}": write Asia/Shanghai, Europe/Berlin or UTC.`,
  }),
  noCommand: (text: string): Bilingual => ({
    zh: `“${shortened(text)}”不是命令。发送 help 查看能做什么。`,
    en: `"${shortened(text)}" is no command. Send "help" to see what there is.`,
  }),
  notItself: {
    zh: '定时任务不能再建定时任务。',
    en: 'A schedule cannot make schedules.',
  } satisfies Bilingual,
  noChannel: (channel: string): Bilingual => ({
    zh: `没有频道“${shortened(channel)}”。写成 <频道>:<会话>，群写成 group:<频道>:<会话>；在那个会话里发送 chat_id 可以看到。`,
    en: `There is no channel "${shortened(channel)}". Write <channel>:<chat>, or group:<channel>:<chat> for a group; "chat_id", sent there, tells it.`,
  }),
  configured: (name: string): Bilingual => ({
    zh: `这个定时写在配置文件里（schedules.${name}），请在那里删除；也可以先暂停。`,
    en: `This schedule stands in the config file (schedules.${name}): remove it there, or pause it.`,
  }),
  tooMany: (most: number): Bilingual => ({
    zh: `每人最多 ${most} 个定时。先用 schedule remove <编号> 删掉不用的。`,
    en: `There are ${most} schedules a person at most. Remove one with "schedule remove <number>" first.`,
  }),
}

/** What its owner reads when it fails, and when it stops by itself. */
export function wordText(schedule: Schedule, word: ScheduleNotification): Bilingual {
  const { number, pauseAfter } = schedule
  const what = shortened(schedule.text.split('\n', 1)[0] ?? '')
  const task = word.task === undefined ? '' : `#${word.task.number}`
  const resume = {
    zh: `修好后发送 schedule resume ${number} 继续。`,
    en: `When it is mended, send "schedule resume ${number}".`,
  }
  if (word.kind === 'barred') {
    return {
      zh: `定时 ${number}（${what}）已暂停：你不再有权投递到 ${schedule.to.channel}:${schedule.to.chat}。${resume.zh}`,
      en: `Schedule ${number} (${what}) is paused: you may no longer deliver to ${schedule.to.channel}:${schedule.to.chat}. ${resume.en}`,
    }
  }
  if (word.kind === 'paused') {
    return {
      zh: `定时 ${number}（${what}）连续失败 ${word.failures} 次，已暂停。最近一次是 ${task}，发送 task ${task} 查看经过。${resume.zh}`,
      en: `Schedule ${number} (${what}) failed ${word.failures} times in a row and is paused. The last was ${task}: send "task ${task}" to see it. ${resume.en}`,
    }
  }
  const left = pauseAfter - word.failures
  const pauses =
    schedule.paused === undefined && left > 0
      ? { zh: `再失败 ${left} 次会自动暂停。`, en: `After ${left} more in a row it pauses itself.` }
      : { zh: '', en: '' }
  return {
    zh: `定时 ${number}（${what}）的任务 ${task} 没有完成（连续第 ${word.failures} 次），发送 task ${task} 查看经过。${pauses.zh}`,
    en: `Task ${task} of schedule ${number} (${what}) did not succeed (${word.failures} in a row): send "task ${task}" to see it. ${pauses.en}`,
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
