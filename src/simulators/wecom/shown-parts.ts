import { z } from 'zod'
import type { Part } from '../../core/message/part.ts'
import type { Line } from './conversation.ts'
import { isMediaType } from './media.ts'

const articleSchema = z.object({
  title: z.string(),
  url: z.string().default(''),
  description: z.string().optional(),
  picurl: z.string().optional(),
})
const newsSchema = z.object({ articles: z.array(articleSchema).min(1) })
/** As the API and as callbacks write it. */
const mediaSchema = z
  .object({ media_id: z.string().optional(), MediaId: z.string().optional() })
  .transform(({ media_id, MediaId }) => media_id ?? MediaId)

/** A line as common parts. A form that has none is its words, behind its type. */
export function shownParts({ kind, msgtype, text, content }: Line): Part[] {
  if (msgtype === 'text') return [{ kind: 'text', text }]
  if (msgtype === 'markdown') return [{ kind: 'markdown', text }]
  const mediaId = isMediaType(msgtype) ? mediaSchema.safeParse(content).data : undefined
  if (isMediaType(msgtype) && mediaId !== undefined) {
    return [{ kind: msgtype, media: { source: 'platform', id: mediaId }, name: text === '' ? undefined : text }]
  }
  const card = msgtype === 'textcard' ? articleSchema.safeParse(content) : undefined
  if (card?.success) return [{ kind: 'link', ...linkOf(card.data) }]
  const news = msgtype === 'news' && kind === 'bot' ? newsSchema.safeParse(content) : undefined
  if (news?.success) return [{ kind: 'news', articles: news.data.articles.map(linkOf) }]
  return [{ kind: 'text', text: `[${msgtype}] ${text}`.trim() }]
}

function linkOf({ title, url, description, picurl }: z.infer<typeof articleSchema>) {
  return { title, url, description, picture: picurl }
}
