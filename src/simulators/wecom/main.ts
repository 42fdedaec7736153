import { parseArgs } from 'node:util'
import { endWhenTold } from '../end-when-told.ts'
import { startWecomSimulator } from './index.ts'

/*
 * The simulator as a process: prints one JSON line with its address and credentials when it is ready, and serves its
 * control API under /simulator/ on the same port until it is told to stop.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    callback: { type: 'string' },
    'corp-id': { type: 'string' },
    'agent-id': { type: 'string' },
    secret: { type: 'string' },
    token: { type: 'string' },
    'encoding-aes-key': { type: 'string' },
    seed: { type: 'string' },
    'timeout-ms': { type: 'string' },
    redeliveries: { type: 'string' },
    'redeliver-after-ms': { type: 'string' },
    /** `zhangsan` or `zhangsan=张三`; these are then the whole staff. */
    member: { type: 'string', multiple: true },
    'unknown-user': { type: 'string', multiple: true },
  },
})

const number = (value: string | undefined): number | undefined => (value === undefined ? undefined : Number(value))

const simulator = await startWecomSimulator({
  port: number(values.port),
  callbackUrl: values.callback,
  corpId: values['corp-id'],
  agentId: number(values['agent-id']),
  secret: values.secret,
  token: values.token,
  encodingAesKey: values['encoding-aes-key'],
  seed: number(values.seed),
  timeoutMs: number(values['timeout-ms']),
  redeliveries: number(values.redeliveries),
  redeliverAfterMs: number(values['redeliver-after-ms']),
  members: values.member?.map((member) => {
    const [userid = member, name = userid] = member.split('=')
    return { userid, name }
  }),
  unknownUsers: values['unknown-user'],
})

endWhenTold(simulator)

process.stdout.write(`${JSON.stringify({ url: simulator.url, credentials: simulator.credentials })}\n`)
