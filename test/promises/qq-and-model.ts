import { onTestFinished } from 'vitest'
import { type OnebotSimulator, startOnebotSimulator } from '../../src/simulators/onebot/index.ts'
import {
  type OpenaiSimulator,
  type OpenaiSimulatorOptions,
  startOpenaiSimulator,
} from '../../src/simulators/openai/index.ts'
import type { Huitou } from '../fakes/huitou.ts'

const KEY = 'sk-a-key-for-tests'
/** Of the bots of `aQq`. */
export const QQ_TOKEN = 'a-token-for-tests'

/** A model until the test is over, and the settings that lead there. */
export async function aModel(
  options: OpenaiSimulatorOptions = {},
): Promise<{ model: OpenaiSimulator; env: Record<string, string> }> {
  const model = await startOpenaiSimulator({ apiKey: KEY, ...options })
  onTestFinished(() => model.close())
  return { model, env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: model.url, ONEBOT_ACCESS_TOKEN: QQ_TOKEN } }
}

/** A bot until the test is over, which has dialled the channel of whoever serves. */
export async function aQq({ url }: Huitou, channel = 'onebot'): Promise<OnebotSimulator> {
  const qq = await startOnebotSimulator({
    accessToken: QQ_TOKEN,
    reverseUrl: `${url}/in/${channel}`,
    reconnectMs: 200,
  })
  onTestFinished(() => qq.close())
  await qq.connected()
  return qq
}
