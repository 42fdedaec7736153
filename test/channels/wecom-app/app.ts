import { wecomApp } from '../../../src/channels/wecom-app/index.ts'
import { type WecomAppConfig, wecomAppSettings } from '../../../src/channels/wecom-app/settings.ts'
import type { Delivery } from '../../../src/core/delivery/delivery.ts'
import type { Part } from '../../../src/core/message/part.ts'
import { channelPorts, type FakePorts } from '../../fakes/channel-ports.ts'

/** The app of the test vectors. */
export const appConfig: WecomAppConfig = wecomAppSettings.parse({
  platform: 'wecom-app',
  id: 'wecom',
  corpId: 'ww7c1f09e2b45d8a63',
  agentId: 1000002,
  secret: 'fEnkpvBmfHpcB9Mrj70QZj1QaHt3IpBBjeLIQZHHg10',
  token: '0VNoyS9Nx5zduKHs9P',
  encodingAesKey: 'mAtSvplGyOnvpUwz9gV8SVngwnEZcCeWvhpg4Dj1A6h',
  apiBaseUrl: 'https://qyapi.weixin.qq.com',
})

export function anApp(config: Partial<WecomAppConfig> = {}, ports: FakePorts = channelPorts()) {
  return { channel: wecomApp({ ...appConfig, ...config }, ports), ports }
}

export function aDelivery(part: Part, id = 'd-1', chat = 'zhang.san'): Delivery {
  return {
    id,
    to: { channel: 'wecom', chat, chatKind: 'private' },
    part,
    createdAt: 0,
    expiresAt: Number.MAX_SAFE_INTEGER,
  }
}

export const never = new AbortController().signal
