import type { Played } from '../played.ts'
import { startWecomSimulator } from './index.ts'

/** A company with two members and a self-built app. */
export async function playWecom(): Promise<Played> {
  const simulator = await startWecomSimulator({
    members: [
      { userid: 'zhangsan', name: '张三' },
      { userid: 'lisi', name: '李四' },
    ],
  })
  const { corpId, agentId, secret, token, encodingAesKey } = simulator.credentials
  return {
    platform: 'wecom-app',
    channel: 'wecom',
    environment: {
      WECOM_CORP_ID: corpId,
      WECOM_AGENT_ID: String(agentId),
      WECOM_SECRET: secret,
      WECOM_TOKEN: token,
      WECOM_ENCODING_AES_KEY: encodingAesKey,
      WECOM_API_BASE_URL: simulator.url,
    },
    admins: ['zhangsan'],
    controlUrl: simulator.url,
    connect: (huitouUrl) => simulator.setCallback(`${huitouUrl}/in/wecom`),
    close: () => simulator.close(),
  }
}
