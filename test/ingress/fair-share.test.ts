import { expect, test } from 'vitest'
import type { Message } from '../../src/core/message/message.ts'
import { fairShare } from '../../src/ingress/fair-share.ts'

const from = (id: string): Message => ({
  id: 'm1',
  from: { channel: 'staff', chat: id, chatKind: 'private' },
  sender: { id },
  text: '',
  parts: [],
  receivedAt: 0,
})

function aShare({ isBehind = false } = {}) {
  const asked: string[] = []
  let now = 0
  const priorities = {
    async priority(lane: string, owner: string) {
      asked.push(`${lane} ${owner}`)
      return asked.length
    },
  }
  const share = fairShare(priorities, new Set(['short']), isBehind, () => now)
  return { asked, share, pass: (ms: number) => (now += ms) }
}

test('in a quick lane the first message in a while goes without a priority, those that follow at once get one', async () => {
  const { share, asked, pass } = aShare()
  expect(await share('short', from('lisi'))).toBe(0)
  expect(await share('short', from('zhangsan'))).toBe(0)
  expect(asked).toEqual([])
  pass(1_000)
  expect(await share('short', from('LiSi'))).toBe(1)
  expect(asked).toEqual(['short staff:lisi'])
  pass(1_001)
  expect(await share('short', from('zhangsan'))).toBe(0)
})

test('who was given a priority is given one until their quiet is long enough for all that waited, so that no newer message overtakes', async () => {
  const { share, pass } = aShare()
  await share('short', from('lisi'))
  expect(await share('short', from('lisi'))).toBe(1)
  pass(60_000)
  expect(await share('short', from('lisi'))).toBe(2)
  pass(60_001)
  expect(await share('short', from('lisi'))).toBe(0)
})

test('who sends without a pause is given a priority all the time', async () => {
  const { share, pass } = aShare()
  const priorities: number[] = []
  for (let sent = 0; sent < 20; sent++) {
    priorities.push(await share('short', from('lisi')))
    pass(900)
  }
  expect(priorities.filter((priority) => priority === 0)).toHaveLength(1)
})

test('in any other lane each message is given a priority', async () => {
  const { share, asked } = aShare()
  await share('long', from('lisi'))
  await share('long', from('lisi'))
  expect(asked).toEqual(['long staff:lisi', 'long staff:lisi'])
})

test('after a start behind what waits each message is given a priority, as some of what waits may have one', async () => {
  const { share, pass } = aShare({ isBehind: true })
  expect(await share('short', from('lisi'))).toBe(1)
  pass(60_000)
  expect(await share('short', from('zhangsan'))).toBe(2)
  pass(1)
  expect(await share('short', from('wangwu'))).toBe(0)
})
