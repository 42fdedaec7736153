import { z } from 'zod'
import type { Part } from '../../../core/part.ts'

/** One line of a simulator's feed: what a member wrote, or what they were shown. */
export const lineSchema = z.object({
  seq: z.number(),
  at: z.number(),
  kind: z.enum(['person', 'bot']),
  member: z.string(),
  text: z.string(),
  msgtype: z.string(),
  content: z.record(z.string(), z.unknown()).optional(),
})
export type Line = z.infer<typeof lineSchema>

const articleSchema = z.object({
  title: z.string(),
  url: z.string().default(''),
  description: z.string().optional(),
  picurl: z.string().optional(),
})
const newsSchema = z.object({ articles: z.array(articleSchema).min(1) })

/** The line as parts that a bubble can show. A form that has none is shown as its words, behind its type. */
export function partsOfLine({ kind, msgtype, text, content }: Line): Part[] {
  if (msgtype === 'text') return [{ kind: 'text', text }]
  if (msgtype === 'markdown') return [{ kind: 'markdown', text }]
  const card = msgtype === 'textcard' ? articleSchema.safeParse(content) : undefined
  if (card?.success) return [{ kind: 'link', ...linkOf(card.data) }]
  const news = msgtype === 'news' && kind === 'bot' ? newsSchema.safeParse(content) : undefined
  if (news?.success) return [{ kind: 'news', articles: news.data.articles.map(linkOf) }]
  return [{ kind: 'text', text: `[${msgtype}] ${text}`.trim() }]
}

function linkOf({ title, url, description, picurl }: z.infer<typeof articleSchema>) {
  return { title, url, description, picture: picurl }
}
