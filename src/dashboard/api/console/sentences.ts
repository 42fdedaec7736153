import type { Bilingual } from '../../../core/text/lang.ts'

/** Why something that was said in the console was not taken. */
export const sentences = {
  storeAway: (): Bilingual => ({
    zh: '消息没有保存：存储暂时不可用，请稍后再发。',
    en: 'Not kept: the store cannot be reached right now. Please send it again later.',
  }),
  noSuchChat: (): Bilingual => ({
    zh: '没有这个会话，或此人不在其中。请刷新页面。',
    en: 'There is no such chat, or this person is not in it. Please reload the page.',
  }),
  unreadable: (): Bilingual => ({
    zh: '消息格式不对，没有处理。请刷新页面。',
    en: 'This could not be read. Please reload the page.',
  }),
  simulatorAway: (): Bilingual => ({
    zh: '平台模拟器没有响应，请稍后再发。',
    en: 'The platform simulator does not answer. Please send it again later.',
  }),
  notThere: (): Bilingual => ({
    zh: '在这个平台上不能这样说。',
    en: 'This cannot be said on that platform.',
  }),
  fileGone: (): Bilingual => ({
    zh: '附件已过保留期，请重新添加。',
    en: 'The attachment is kept no longer. Please add it again.',
  }),
  botAway: (): Bilingual => ({
    zh: '机器人现在没有连上，没有收到。请稍后再发。',
    en: 'The bot is not connected right now and did not get it. Please send it again later.',
  }),
  muted: (): Bilingual => ({
    zh: '此人在这个群里被禁言了，现在不能说话。',
    en: 'This person is muted in the group and cannot speak now.',
  }),
  notAcknowledged: (status: number): Bilingual => ({
    zh: `服务没有确认收到（${status || '无应答'}），请稍后再发。`,
    en: `It was not acknowledged (${status || 'no answer'}). Please send it again later.`,
  }),
  broken: (errorId: string): Bilingual => ({
    zh: `出错了，没有处理。管理员可在日志中查找 ${errorId}。`,
    en: `Something went wrong here; operators find it in the log as ${errorId}.`,
  }),
}
