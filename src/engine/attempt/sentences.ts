import type { Bilingual } from '../../core/text/lang.ts'

/** What people are told when a command does not simply answer. One sentence each: what happened, and what to do. */
export const sentences = {
  timedOut: (number: number, seconds: number): Bilingual => ({
    zh: `#${number} 超过了 ${seconds} 秒的时限，已停止。`,
    en: `#${number} ran past its limit of ${seconds} s and was stopped.`,
  }),
  failed: (number: number, attempts: number): Bilingual => ({
    zh: `#${number} 出错了（试了 ${attempts} 次）。可发送 retry ${number} 再试；原因已记录，管理员可在控制台查看。`,
    en: `#${number} failed after ${attempts} ${attempts === 1 ? 'try' : 'tries'}. Send "retry ${number}" to try again; operators see the reason on the dashboard.`,
  }),
  outOfMemory: (number: number): Bilingual => ({
    zh: `#${number} 用完了它可用的内存，已停止。`,
    en: `#${number} used up its memory and was stopped.`,
  }),
  crashed: (number: number, attempts: number): Bilingual => ({
    zh: `#${number} 的程序自己崩溃或退出了（试了 ${attempts} 次），已停止。原因已记录，管理员可在控制台查看。`,
    en: `#${number} was stopped: its program crashed or ended itself (${attempts} ${attempts === 1 ? 'try' : 'tries'}). Operators see the reason on the dashboard.`,
  }),
  notDone: {
    zh: '平台没有让机器人这样做：它在这里可能不是管理员，或者对方的身份更高。原因已记录，管理员可在控制台查看。',
    en: 'The platform did not let the bot do that: it may be no administrator here, or the other one ranks higher. Operators see the reason on the dashboard.',
  } satisfies Bilingual,
  actedLater: {
    zh: '现在联系不上平台，请过一会儿再试。',
    en: 'The platform cannot be reached right now. Please try again in a while.',
  } satisfies Bilingual,
  fileAlone: {
    zh: '已收到文件。一小时内发送的命令可以直接用它，例如 stats describe。发送 help 查看能做什么。',
    en: 'The file has arrived. What you send within an hour can use it, such as stats describe. Send "help" to see what there is.',
  } satisfies Bilingual,
  unknown: (text: string, suggestions: readonly string[]): Bilingual => {
    const maybe = suggestions.length > 0
    return {
      zh: `没有“${text}”这个命令。${maybe ? `你是不是想说：${suggestions.join('、')}？` : ''}发送 help 查看全部命令。`,
      en: `There is no command "${text}". ${maybe ? `Did you mean ${suggestions.join(' or ')}? ` : ''}Send "help" for all of them.`,
    }
  },
  gone: (command: string): Bilingual => ({
    zh: `命令 ${command} 已不存在，发送 help 查看全部命令。`,
    en: `The command ${command} no longer exists. Send "help" for all of them.`,
  }),
}
