import type { Part } from '../../core/message/part.ts'

/** A text or markdown message; what is beyond it WeCom cuts off without a word. */
export const TEXT_BYTES = 2048
export const NEWS_ARTICLES = 8

export type MediaPart = Extract<Part, { kind: 'image' | 'file' | 'voice' | 'video' }>
export type CardPart = Extract<Part, { kind: 'card' }>
export type Article = Extract<Part, { kind: 'news' }>['articles'][number]
