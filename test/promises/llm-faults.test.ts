import { expect, test } from 'vitest'
import { aRoom } from './asking.ts'

test('whatever goes wrong has its sentence, and who waits long hears of it', { timeout: 60_000 }, async () => {
  const room = await aRoom('embedded', { answer: () => 'late' })
  if (room === undefined) return expect.fail('the embedded store is always there')
  const { qq, model } = room
  const cases = [
    [{ answer: 'filter' }, '内容审核'],
    [{ answer: 'too-long' }, '太长'],
    [{ answer: 'empty' }, '没有说出任何内容'],
    [{ answer: 401 }, 'OPENAI_API_KEY'],
  ] as const
  for (const [rule, words] of cases) {
    model.misbehave({ ...rule })
    qq.sayInPrivate('10001', '#hello')
    await qq.waitFor(({ text }) => text.includes(words), 20_000)
    model.behave()
  }
  model.misbehave({ answer: 'silent', times: 1 })
  qq.sayInPrivate('10009', '#slow')
  await qq.waitFor(({ text }) => /#\d+ 正在回答，请稍候/.test(text), 10_000)
})

/** Whether all questions are stored. */
