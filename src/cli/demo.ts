import { loadConfig } from '../../config/read.ts'
import { runUntilStopped } from '../process.ts'
import { startWecomSimulator } from '../simulators/wecom/index.ts'
import { start } from '../start.ts'
import type { CliCommand } from './commands.ts'
import { say } from './say.ts'

export const demoCommand: CliCommand = {
  usage: 'demo',
  summary: 'start with a simulated WeCom, to be used from the console; no account needed',
  async run() {
    await runUntilStopped(async () => {
      const simulator = await startWecomSimulator({
        members: [
          { userid: 'zhangsan', name: '张三' },
          { userid: 'lisi', name: '李四' },
          { userid: 'wangwu', name: '王五' },
        ],
      })
      const { corpId, agentId, secret, token, encodingAesKey } = simulator.credentials
      const config = loadConfig({
        WECOM_CORP_ID: corpId,
        WECOM_AGENT_ID: String(agentId),
        WECOM_SECRET: secret,
        WECOM_TOKEN: token,
        WECOM_ENCODING_AES_KEY: encodingAesKey,
        WECOM_API_BASE_URL: simulator.url,
        ADMINS: 'wecom:zhangsan,console:zhangsan',
      })
      const running = await start({ ...config, simulators: { ...config.simulators, wecom: simulator.url } })
      simulator.setCallback(`${running.url}/in/wecom`)
      say('  控制台里的“企业微信”会话由模拟器扮演 the WeCom chats in the console are played by a simulator\n')
      return {
        log: running.log,
        async stop() {
          await running.stop()
          await simulator.close()
        },
      }
    })
  },
}
