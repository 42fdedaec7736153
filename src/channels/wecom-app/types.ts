import type { Limit } from '../../core/delivery/limit.ts'
import type { Part } from '../../core/message/part.ts'
import type { Lang } from '../../core/text/lang.ts'

/** A self-built app (自建应用) as config describes it. */
export interface WecomAppConfig {
  id: string
  corpId: string
  agentId: number
  secret: string
  token: string
  encodingAesKey: string
  apiBaseUrl: string
  replyWithinMs: number
  lang?: Lang
  limits?: { account?: readonly Limit[]; chat?: readonly Limit[] }
  /** Files named by URL may also come from this machine and its network. Default no. */
  allowPrivateUrls?: boolean
}

/** A text or markdown message; what is beyond it WeCom cuts off without a word. */
export const TEXT_BYTES = 2048
export const NEWS_ARTICLES = 8

export type MediaPart = Extract<Part, { kind: 'image' | 'file' | 'voice' | 'video' }>
export type CardPart = Extract<Part, { kind: 'card' }>
export type Article = Extract<Part, { kind: 'news' }>['articles'][number]
