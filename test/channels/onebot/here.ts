import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Channel } from '../../../src/channels/channel.ts'
import { onebot } from '../../../src/channels/onebot/index.ts'
import type { OnebotConfig } from '../../../src/channels/onebot/settings.ts'
import type { Delivery } from '../../../src/core/delivery/delivery.ts'
import type { Message } from '../../../src/core/message/message.ts'
import type { Part } from '../../../src/core/message/part.ts'
import { takeSockets } from '../../../src/ingress/sockets.ts'
import {
  type OnebotSimulator,
  type OnebotSimulatorOptions,
  startOnebotSimulator,
} from '../../../src/simulators/onebot/index.ts'
import { channelPorts, type FakePorts } from '../../fakes/channel-ports.ts'
import { aConfig } from './vectors.ts'

/** A channel as a process of ours has it: it listens, and its sockets are taken. */
export interface Here {
  channel: Channel
  /** Where an implementation dials. */
  url: string
  messages: Message[]
  ports: FakePorts
  stop(): void
}

export async function aChannel(over: Partial<OnebotConfig> = {}, ports = channelPorts()): Promise<Here> {
  const channel = onebot(aConfig(over), ports)
  const messages: Message[] = []
  const stopping = new AbortController()
  void channel.can.listening?.listen(async (message) => void messages.push(message), stopping.signal)
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const sockets = takeSockets({ channels: new Map([[channel.id, channel]]), log: quiet })
  const server = createServer((_req, res) => void res.end())
  server.on('upgrade', (request, stream, head) => void sockets.upgrade(request, stream, head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    stopping.abort()
    sockets.close()
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(stop)
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  return { channel, url: `ws://127.0.0.1:${port}/in/${channel.id}`, messages, ports, stop }
}

export async function anImplementation(options: OnebotSimulatorOptions = {}): Promise<OnebotSimulator> {
  const simulator = await startOnebotSimulator({
    accessToken: 'kestrel-token-1',
    heartbeatMs: 0,
    reconnectMs: 20,
    ...options,
  })
  onTestFinished(() => simulator.close())
  return simulator
}

export function aDelivery(part: Part | string, to: Partial<Delivery['to']> = {}): Delivery {
  return {
    id: 'd-1',
    to: { channel: 'qq', chat: '10001', chatKind: 'private', account: '3100000001', ...to },
    part: typeof part === 'string' ? { kind: 'text', text: part } : part,
    createdAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
  }
}

export const soon = () => AbortSignal.timeout(5_000)
