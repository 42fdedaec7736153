import { definePlatform } from '../platform.ts'
import { wecomAppGuide } from './guide.ts'
import { wecomAppSettings } from './settings.ts'

export const wecomAppPlatform = definePlatform({
  name: 'wecom-app',
  title: { zh: '企业微信', en: 'WeCom' },
  settings: wecomAppSettings,
  environment: {
    id: 'wecom',
    needs: {
      WECOM_CORP_ID: 'corpId',
      WECOM_AGENT_ID: 'agentId',
      WECOM_SECRET: 'secret',
      WECOM_TOKEN: 'token',
      WECOM_ENCODING_AES_KEY: 'encodingAesKey',
    },
    takes: { WECOM_API_BASE_URL: 'apiBaseUrl' },
  },
  guide: wecomAppGuide,
  can: ['callbacks', 'passiveReply', 'idempotentSends', 'media'],
  async open(account, ports) {
    const { wecomApp } = await import('./index.ts')
    return wecomApp(account, ports)
  },
  async examine(account) {
    const { tokenProblem } = await import('./doctor.ts')
    return [{ what: 'access_token', wrong: await tokenProblem(account) }]
  },
})
