import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { requireLoopback } from '../control.ts'
import { endWhenTold } from '../end-when-told.ts'
import { serveOnebotControl } from './control.ts'
import { type FlavourName, type Group, startOnebotSimulator } from './index.ts'

/*
 * The simulator as a process: prints one JSON line with its addresses and credentials when it is ready, serves its
 * control API under /simulator/ on a port of its own, and dials Huitou's reverse WebSocket again and again until it is
 * told to stop.
 */
const { values } = parseArgs({
  options: {
    /** Of the control API. */
    port: { type: 'string' },
    /** Huitou's reverse WebSocket, `ws://127.0.0.1:8420/in/onebot`. */
    connect: { type: 'string' },
    'access-token': { type: 'string' },
    'self-id': { type: 'string' },
    /** `napcat`, `lagrange` or `go-cqhttp`. */
    flavour: { type: 'string' },
    /** `20001=产品讨论:10001=张三,10002=李四` */
    group: { type: 'string', multiple: true },
    /** `10001=张三` */
    friend: { type: 'string', multiple: true },
    /** Two sockets, one for events and one for calls. */
    split: { type: 'boolean' },
    /** Listens itself too: forward WebSocket and HTTP API. */
    listens: { type: 'boolean' },
    /** Where its message_ids begin; by default those of every start are new. */
    'said-before': { type: 'string' },
    'reconnect-ms': { type: 'string' },
    'heartbeat-ms': { type: 'string' },
  },
})

const number = (value: string | undefined): number | undefined => (value === undefined ? undefined : Number(value))

function personOf(words: string): { id: string; name: string } {
  const [id = words, name = id] = words.split('=')
  return { id, name }
}

function groupOf(words: string): Group {
  const [head = '', members = ''] = words.split(':')
  return { ...personOf(head), members: members.split(',').filter(Boolean).map(personOf) }
}

function isFlavour(name: string): name is FlavourName {
  return ['napcat', 'lagrange', 'go-cqhttp'].includes(name)
}

const { connect, flavour = 'napcat', 'access-token': accessToken = randomBytes(16).toString('hex') } = values
if (connect !== undefined) requireLoopback(connect, 'ws:')
if (!isFlavour(flavour)) throw new RangeError(`there is no flavour ${flavour}: napcat, lagrange or go-cqhttp`)

const simulator = await startOnebotSimulator({
  flavour,
  accessToken,
  selfId: values['self-id'],
  reverseUrl: connect,
  groups: values.group?.map(groupOf),
  friends: values.friend?.map(personOf),
  sockets: values.split ? 'split' : 'universal',
  listens: values.listens,
  saidBefore: number(values['said-before']) ?? Math.floor(Date.now() / 1_000),
  reconnectMs: number(values['reconnect-ms']),
  heartbeatMs: number(values['heartbeat-ms']),
})
const control = await serveOnebotControl(simulator, number(values.port))

endWhenTold(control, simulator)

const { selfId, wsUrl, httpUrl } = simulator
process.stdout.write(`${JSON.stringify({ url: control.url, selfId, accessToken, wsUrl, httpUrl })}\n`)
