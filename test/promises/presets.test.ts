import { describe, expect, test } from 'vitest'
import { aPlace, storeKinds } from './place.ts'
import { aModel, aQq } from './qq-and-model.ts'
import { until } from './work.ts'

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a preset and what was summarised are there after a restart, until they are changed and forgotten', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { model, env: modelEnv } = await aModel({
      // It answers with all that it was told beside the conversation itself.
      answer: ({ messages }) =>
        messages.at(-1)?.content.startsWith('<summary>')
          ? '他们说过很多'
          : `told: ${messages.flatMap(({ role, content }) => (role === 'system' ? [content] : [])).join(' + ')}`,
    })
    const env = { ...modelEnv, HUITOU_CONFIG: 'test/promises/onebot.yaml' }
    const first = await place.start({ env })
    const qq = await aQq(first)
    // Notices that an answer takes longer name the command to cancel it.
    const answers = () => qq.inbox.map(({ text }) => text).filter((text) => !text.includes('cancel'))
    async function ask(text: string): Promise<string> {
      const before = answers().length
      qq.sayInPrivate('10001', text)
      await until(() => answers().length > before, 20_000, `an answer to ${text.slice(0, 20)}`)
      return answers()[before] ?? ''
    }

    expect(await ask('#hi')).toBe('told: ')
    expect(await ask('preset use translator')).toContain('translator（翻译）')
    expect(await ask('#hi')).toContain('You are a translator')
    for (const word of ['甲', '乙', '丙']) await ask(`#${word.repeat(1_200)}`)
    await until(() => model.requests.some(isSummary), 10_000, 'it is summarised')
    const { tasks } = await (await first.api('/api/tasks?limit=1')).json()
    await until(
      async () => (await (await first.api(`/api/tasks/${tasks[0].id}`)).text()).includes('summary by'),
      10_000,
      'the call stands in the timeline',
    )
    await first.stop()

    const second = await place.start({ env })
    qq.connectTo(`${second.url}/in/onebot`)
    await qq.connected()
    const told = await ask('#so?')
    expect(told).toContain('You are a translator')
    expect(told).toContain('他们说过很多')
    expect(model.requests.at(-1)?.temperature).toBe(0.3)
    expect(model.requests.filter(isSummary)).toHaveLength(1)
    await ask('new')
    const fresh = await ask('#and now?')
    expect(fresh).toContain('You are a translator')
    expect(fresh).not.toContain('他们说过很多')
    expect(await ask('preset use default')).toContain('默认')
    expect(await ask('#hi')).not.toContain('translator')
  })
})

function isSummary({ messages }: { messages: { content: string }[] }): boolean {
  return messages.at(-1)?.content.startsWith('<summary>') ?? false
}
