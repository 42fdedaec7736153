import { createHmac } from 'node:crypto'
import { onebot } from '../../../src/channels/onebot/index.ts'
import { onebotPlatform } from '../../../src/channels/onebot/platform.ts'
import { TEXT_CHARS } from '../../../src/channels/onebot/split.ts'
import { codePoints } from '../../../src/core/message/split.ts'
import { startOnebotSimulator } from '../../../src/simulators/onebot/index.ts'
import { channelContract, type Fault } from '../../contracts/channel.ts'
import { channelPorts } from '../../fakes/channel-ports.ts'
import { aConfig } from './vectors.ts'

const httpSecret = 'kestrel-http-secret'

function posted(fields: object) {
  const body = Buffer.from(
    JSON.stringify({ time: 1_790_000_000, self_id: 3100000001, post_type: 'message', ...fields }),
  )
  const signature = `sha1=${createHmac('sha1', httpSecret).update(body).digest('hex')}`
  return { method: 'POST', rawQuery: '', headers: { 'x-self-id': '3100000001', 'x-signature': signature }, body }
}

const inPrivate = {
  message_type: 'private',
  message_id: 7,
  user_id: 10001,
  message: [{ type: 'text', data: { text: 'hi' } }],
}
const inGroup = {
  message_type: 'group',
  message_id: -7,
  user_id: 10001,
  group_id: 20001,
  message: '[CQ:at,qq=3100000001] hi',
}

const answers: Record<Fault, number | 'cut' | 'http-503'> = {
  'says no for good': 120,
  'is busy': 'http-503',
  'is asked too often': 100,
  'refuses the account': 1403,
  'loses the answer': 'cut',
}

channelContract('onebot', async () => {
  const simulator = await startOnebotSimulator({ listens: true, accessToken: 'kestrel-token-1', heartbeatMs: 0 })
  const ports = channelPorts()
  const open = () => onebot(aConfig({ httpUrl: simulator.httpUrl, httpSecret }), ports)
  return {
    channel: open(),
    twin: open(),
    can: onebotPlatform.can,
    chat: '10001',
    callbacks: [
      { first: posted(inPrivate), again: posted({ ...inPrivate, time: 1_790_000_001 }) },
      { first: posted(inGroup), again: posted(inGroup) },
    ],
    size: codePoints,
    limit: TEXT_CHARS,
    unnumbered: (text) => text.replace(/^\(\d+\/\d+\)\n/, ''),
    platform: {
      willDo: (fault) => simulator.misbehave({ action: 'send_private_msg', answer: answers[fault], times: 1 }),
      messages: () =>
        simulator.calls
          .filter(({ action }) => action === 'send_private_msg')
          .map(({ params }) => Buffer.from(JSON.stringify(params))),
    },
    close: () => simulator.close(),
  }
})
