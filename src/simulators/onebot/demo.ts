import { randomBytes } from 'node:crypto'
import type { Played } from '../played.ts'
import { serveOnebotControl } from './control.ts'
import { startOnebotSimulator } from './index.ts'

const zhangsan = { id: '10001', name: '张三' }
const lisi = { id: '10002', name: '李四' }
const wangwu = { id: '10003', name: '王五' }

/** Two QQ groups and a friend. */
export async function playOnebot(): Promise<Played> {
  const accessToken = randomBytes(16).toString('hex')
  const simulator = await startOnebotSimulator({
    accessToken,
    // The data of an earlier demo may still be there, and knows the messages of then.
    saidBefore: Math.floor(Date.now() / 1_000),
    groups: [
      { id: '20001', name: '产品讨论群', botRole: 'admin', members: [{ ...zhangsan, role: 'owner' }, lisi, wangwu] },
      { id: '20002', name: '周末爬山', members: [{ ...lisi, role: 'owner' }, wangwu] },
    ],
    friends: [zhangsan],
  })
  const control = await serveOnebotControl(simulator)
  return {
    platform: 'onebot',
    channel: 'onebot',
    environment: { ONEBOT_ACCESS_TOKEN: accessToken },
    admins: [zhangsan.id],
    controlUrl: control.url,
    show: { title: { zh: 'QQ 群', en: 'a QQ group' }, chat: 'g20001' },
    connect: (huitouUrl) => simulator.connectTo(`${huitouUrl.replace('http', 'ws')}/in/onebot`),
    async close() {
      await Promise.all([control.close(), simulator.close()])
    },
  }
}
