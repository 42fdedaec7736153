import type { WecomSimulator } from '../../src/simulators/wecom/index.ts'

/** The environment that makes a Huitou the app of this simulator. */
export function wecomEnv(simulator: WecomSimulator): Record<string, string> {
  const { corpId, agentId, secret, token, encodingAesKey } = simulator.credentials
  return {
    WECOM_CORP_ID: corpId,
    WECOM_AGENT_ID: String(agentId),
    WECOM_SECRET: secret,
    WECOM_TOKEN: token,
    WECOM_ENCODING_AES_KEY: encodingAesKey,
    WECOM_API_BASE_URL: simulator.url,
  }
}
