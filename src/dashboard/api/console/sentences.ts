import type { Bilingual } from '../../../core/lang.ts'

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
  textOnly: (): Bilingual => ({
    zh: '平台模拟器只能发送文字。',
    en: 'A simulated platform takes text only.',
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
