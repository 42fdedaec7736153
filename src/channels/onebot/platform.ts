import { definePlatform } from '../platform.ts'
import { onebotGuide } from './guide.ts'
import { isPrivateHost } from './private-host.ts'
import { onebotSettings } from './settings.ts'

export const onebotPlatform = definePlatform({
  name: 'onebot',
  title: { zh: 'QQ', en: 'QQ' },
  settings: onebotSettings,
  environment: {
    id: 'onebot',
    needs: { ONEBOT_ACCESS_TOKEN: 'accessToken' },
    takes: { ONEBOT_WS_URL: 'wsUrl', ONEBOT_HTTP_URL: 'httpUrl', ONEBOT_HTTP_SECRET: 'httpSecret' },
  },
  guide: onebotGuide,
  can: ['callbacks', 'sockets', 'listening', 'waitingRoom', 'actions', 'lookUp', 'slowSends', 'media', 'quotes'],
  // Without a token only the network keeps strangers out.
  misplaced: ({ allowNoToken }, { host }) =>
    allowNoToken && !isPrivateHost(host)
      ? [{ setting: 'allowNoToken', text: `is only for a HOST of this machine or its own network, and it is ${host}` }]
      : [],
  presets: {
    in: ({ groups }, { chat, chatKind }) =>
      chatKind === 'group' ? [groups[chat.replace(/^g/, '')]?.preset, groups.default?.preset] : [],
    all: ({ groups }) => Object.values(groups).map(({ preset }) => preset),
  },
  async open(account, ports) {
    const { onebot } = await import('./index.ts')
    return onebot(account, ports)
  },
  async examine(account) {
    const { connectionProblem } = await import('./doctor.ts')
    return [{ what: 'connection', wrong: await connectionProblem(account) }]
  },
})
