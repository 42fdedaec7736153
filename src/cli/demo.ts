import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/read.ts'
import { runUntilStopped } from '../app/machine/process.ts'
import { start } from '../app/start.ts'
import { serveOnebotControl } from '../simulators/onebot/control.ts'
import { startOnebotSimulator } from '../simulators/onebot/index.ts'
import { friendlyAnswer } from '../simulators/openai/friendly-answer.ts'
import { startOpenaiSimulator } from '../simulators/openai/index.ts'
import { startWecomSimulator } from '../simulators/wecom/index.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

/** An answer takes some ten seconds, so that it can be seen to come later. */
const WORD_MS = 60
const NOTICE_AFTER_MS = 3_000

const zhangsan = { id: '10001', name: '张三' }
const lisi = { id: '10002', name: '李四' }
const wangwu = { id: '10003', name: '王五' }

/** Platforms and model in small, and the settings that lead to them. */
async function stage() {
  const wecom = await startWecomSimulator({
    members: [
      { userid: 'zhangsan', name: '张三' },
      { userid: 'lisi', name: '李四' },
    ],
  })
  const accessToken = randomBytes(16).toString('hex')
  const qq = await startOnebotSimulator({
    accessToken,
    // The data of an earlier demo may still be there, and knows the messages of then.
    saidBefore: Math.floor(Date.now() / 1_000),
    groups: [
      { id: '20001', name: '产品讨论群', botRole: 'admin', members: [{ ...zhangsan, role: 'owner' }, lisi, wangwu] },
      { id: '20002', name: '周末爬山', members: [{ ...lisi, role: 'owner' }, wangwu] },
    ],
    friends: [zhangsan],
  })
  const qqControl = await serveOnebotControl(qq)
  const model = await startOpenaiSimulator({ answer: friendlyAnswer, wordMs: WORD_MS })
  return {
    wecom,
    qq,
    accessToken,
    urls: { wecom: wecom.url, onebot: qqControl.url },
    model,
    async close() {
      await Promise.all([wecom.close(), qqControl.close(), qq.close(), model.close()])
    },
  }
}

type Stage = Awaited<ReturnType<typeof stage>>

function configFor({ wecom, accessToken, urls, model }: Stage): Config {
  const { corpId, agentId, secret, token, encodingAesKey } = wecom.credentials
  const config = loadConfig({
    WECOM_CORP_ID: corpId,
    WECOM_AGENT_ID: String(agentId),
    WECOM_SECRET: secret,
    WECOM_TOKEN: token,
    WECOM_ENCODING_AES_KEY: encodingAesKey,
    WECOM_API_BASE_URL: wecom.url,
    ONEBOT_ACCESS_TOKEN: accessToken,
    ONEBOT_WS_URL: '',
    ONEBOT_HTTP_URL: '',
    ONEBOT_HTTP_SECRET: '',
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'a-simulated-key',
    OPENAI_MODEL: 'simulated',
    ADMINS: `wecom:zhangsan,console:zhangsan,onebot:${zhangsan.id}`,
  })
  return {
    ...config,
    simulators: { ...config.simulators, ...urls },
    llm: { ...config.llm, noticeAfterMs: Math.min(config.llm.noticeAfterMs, NOTICE_AFTER_MS) },
  }
}

function greeting(url: string): string[] {
  return [
    '演示：企业微信、QQ 和大模型都是模拟的，不连接任何真实账号',
    'Demo: WeCom, QQ and the model are simulated; no real account is used',
    '',
    `QQ 群 a QQ group    ${url}/console?channel=onebot&chat=g20001`,
    '在群里发 say there  #介绍一下北京',
    '',
  ]
}

export const demoCommand: CliCommand = {
  usage: 'demo',
  summary: 'start with a simulated WeCom, QQ and model, to be used from the console; no account needed',
  async run() {
    await runUntilStopped(async () => {
      const played = await stage()
      const running = await start(configFor(played))
      played.wecom.setCallback(`${running.url}/in/wecom`)
      played.qq.connectTo(`${running.url.replace('http', 'ws')}/in/onebot`)
      for (const line of greeting(running.url)) say(`  ${line}`)
      return {
        log: running.log,
        drainMs: running.drainMs,
        async stop() {
          await running.stop()
          await played.close()
        },
      }
    })
  },
}
