import type { Guide } from '../platform.ts'

export const wecomAppGuide: Guide = {
  page: 'docs/wecom.md',
  steps: [
    {
      zh: '管理后台 → 应用管理 → 自建 → 创建应用。记下 AgentId 和 Secret；企业 ID 在“我的企业 → 企业信息”的最下面。',
      en: 'Admin console → 应用管理 → 自建 → 创建应用. Note AgentId and Secret; the corp id is at the foot of 我的企业 → 企业信息.',
    },
    {
      zh: '应用页面 → 接收消息 → 设置 API 接收：随机获取 Token 和 EncodingAESKey，先不要保存。',
      en: "The app's page → 接收消息 → 设置API接收: have Token and EncodingAESKey made, and do not save yet.",
    },
    {
      zh: '把这些值设为环境变量，启动回头，再在该页面把 URL 填为 https://你的域名{in} 并保存：保存时企业微信会来验证。',
      en: 'Set the variables, start Huitou, then enter the URL https://your-host{in} on that page and save: WeCom checks it then.',
    },
    {
      zh: '应用页面 → 企业可信IP：填入本服务器的公网地址。',
      en: "The app's page → 企业可信IP: enter the public address of this server.",
    },
  ],
}
