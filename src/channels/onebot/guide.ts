import type { Guide } from '../platform.ts'

export const onebotGuide: Guide = {
  page: 'docs/onebot.md',
  steps: [
    {
      zh: '生成访问令牌（openssl rand -hex 16），设为环境变量，启动回头。',
      en: 'Make an access token (openssl rand -hex 16), set it as the variable, and start Huitou.',
    },
    {
      zh: '在 NapCat、Lagrange 或 go-cqhttp 里新建反向 WebSocket：地址 ws://你的主机:端口{in}，令牌相同。',
      en: 'In NapCat, Lagrange or go-cqhttp add a reverse WebSocket: ws://your-host:port{in}, with the same token.',
    },
    {
      zh: '给机器人发 help，或在群里 @机器人 help。',
      en: 'Write help to the bot, or @bot help in a group.',
    },
  ],
}
