import { wecomAppPlatform } from '../../../src/channels/wecom-app/platform.ts'
import { utf8Bytes } from '../../../src/core/message/split.ts'
import { channelContract, type Fault } from '../../contracts/channel.ts'
import { channelPorts } from '../../fakes/channel-ports.ts'
import { qyapi, type Script } from '../wecom/qyapi.ts'
import { vectors } from '../wecom/vectors.ts'
import { anApp } from './app.ts'

interface Callback {
  id: string
  request: { method: string; raw_query: string; body: string }
}
const { cases } = vectors<{ cases: Callback[] }>('wecom-app-callback')

function request(id: string) {
  const found = cases.find((vector) => vector.id === id)
  if (!found) throw new Error(`no vector ${id}`)
  const { method, raw_query: rawQuery, body } = found.request
  return { method, rawQuery, headers: {}, body: Buffer.from(body) }
}

const refused = (errcode: number): Script => ({ json: { errcode, errmsg: 'no' } })
const scripts: Record<Fault, Script> = {
  'says no for good': refused(81013),
  'is busy': refused(-1),
  'is asked too often': refused(45009),
  'refuses the account': refused(60020),
  'loses the answer': 'cut',
}

channelContract('wecom-app', async () => {
  const api = await qyapi()
  const ports = channelPorts()
  const open = () => anApp({ apiBaseUrl: api.url }, ports).channel
  return {
    channel: open(),
    twin: open(),
    can: wecomAppPlatform.can,
    chat: 'zhang.san',
    callbacks: [
      { first: request('app-text'), again: request('app-text-retry-1') },
      { first: request('app-event-enter-agent'), again: request('app-event-enter-agent-retry') },
      { first: request('app-event-template-card-multi'), again: request('app-event-template-card-multi') },
    ],
    size: utf8Bytes,
    limit: 2048,
    unnumbered: (text) => text.replace(/^\(\d+\/\d+\)\n/, ''),
    platform: {
      willDo: (fault) => api.script('message/send', scripts[fault]),
      messages: () => api.callsTo('message/send').map(({ bytes }) => bytes),
    },
    close: () => api.close(),
  }
})
