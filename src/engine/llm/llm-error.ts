import { AppError } from '../../core/errors.ts'
import type { Bilingual } from '../../core/text/lang.ts'

export type LlmErrorKind =
  | 'no_key'
  | 'bad_key'
  | 'refused'
  | 'content_filter'
  | 'too_long'
  | 'empty'
  | 'rate_limited'
  | 'too_slow'
  | 'down'
  | 'too_many_rounds'
  | 'over_budget'

/** No answer of a model. Its message is for operators and holds no key; `sentence` is for the person. */
export class LlmError extends AppError {
  override readonly name = 'LlmError'
  readonly retry = 'never'
  readonly kind: LlmErrorKind
  readonly sentence: Bilingual
  constructor(kind: LlmErrorKind, message: string, options: ErrorOptions & { sentence?: Bilingual } = {}) {
    super(message, options)
    this.kind = kind
    this.sentence = options.sentence ?? sentences[kind]
  }
}

const sentences: Record<LlmErrorKind, Bilingual> = {
  no_key: {
    zh: '还没有配置大模型，请管理员设置 OPENAI_API_KEY。',
    en: 'No model is set up yet. An administrator has to set OPENAI_API_KEY.',
  },
  bad_key: {
    zh: '大模型拒绝了我们的密钥，请管理员检查 OPENAI_API_KEY。',
    en: 'The model refused our key. An administrator has to check OPENAI_API_KEY.',
  },
  refused: {
    zh: '大模型拒绝了这个请求，原因已记录，管理员可在控制台查看。',
    en: 'The model refused this request. Operators see the reason on the dashboard.',
  },
  content_filter: {
    zh: '这个问题或它的回答没有通过大模型的内容审核，请换个说法。',
    en: 'The question or its answer did not pass the model’s content filter. Please put it differently.',
  },
  too_long: {
    zh: '内容太长，大模型读不下。请缩短，或发送 new 重新开始对话。',
    en: 'This is longer than the model can read. Make it shorter, or send "new" to start afresh.',
  },
  empty: {
    zh: '大模型没有说出任何内容，请再问一次。',
    en: 'The model said nothing at all. Please ask again.',
  },
  rate_limited: {
    zh: '问大模型的人太多了，请过一会儿再问。',
    en: 'The model is asked too often right now. Please ask again in a while.',
  },
  too_slow: {
    zh: '大模型太久没有答完，已停止等待，请再问一次。',
    en: 'The model took too long to answer. Please ask again.',
  },
  down: {
    zh: '现在联系不上大模型，请过一会儿再问。',
    en: 'The model cannot be reached right now. Please ask again in a while.',
  },
  too_many_rounds: {
    zh: '大模型一直在使用工具，没有给出回答，已停止。请把问题拆小一些再问。',
    en: 'The model went on using tools without an answer and was stopped. Please ask for less at once.',
  },
  over_budget: {
    zh: '今天的大模型额度已用完，明天重新计算。',
    en: 'Today’s budget for models is used up. It begins anew tomorrow.',
  },
}
