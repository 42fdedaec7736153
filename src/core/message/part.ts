import { z } from 'zod'
import { type Bilingual, inLang, type Lang } from '../text/lang.ts'

/** Where the bytes of a picture, file, voice or video are. */
export const mediaSchema = z.discriminatedUnion('source', [
  /** At the platform the message came from, under its own id (WeCom: media_id, three days). */
  z.object({ source: z.literal('platform'), id: z.string() }),
  z.object({ source: z.literal('url'), url: z.string() }),
  /** In our store, see `store.files`. */
  z.object({ source: z.literal('kept'), fileId: z.string() }),
  /** Small ones ride along, base64. */
  z.object({ source: z.literal('inline'), base64: z.string() }),
])
export type Media = z.infer<typeof mediaSchema>

const mediaPart = { media: mediaSchema, name: z.string().optional(), type: z.string().optional() }

/** One piece of what is said, by a person or to one. */
export const partSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    text: z.string(),
    /** People to be pointed out before the text; only a channel that can makes these of mentions. */
    mentions: z.array(z.object({ person: z.string(), name: z.string().optional() })).optional(),
  }),
  z.object({ kind: z.literal('markdown'), text: z.string() }),
  z.object({ kind: z.literal('image'), ...mediaPart }),
  z.object({ kind: z.literal('file'), ...mediaPart }),
  z.object({ kind: z.literal('voice'), ...mediaPart }),
  z.object({
    kind: z.literal('video'),
    ...mediaPart,
    title: z.string().optional(),
    description: z.string().optional(),
  }),
  z.object({ kind: z.literal('mention'), person: z.string(), name: z.string().optional() }),
  z.object({ kind: z.literal('quote'), messageId: z.string().optional(), text: z.string().optional() }),
  z.object({ kind: z.literal('location'), latitude: z.number(), longitude: z.number(), label: z.string().optional() }),
  z.object({
    kind: z.literal('link'),
    title: z.string(),
    url: z.string(),
    description: z.string().optional(),
    picture: z.string().optional(),
  }),
  /** Several links with pictures (WeCom: news). */
  z.object({
    kind: z.literal('news'),
    articles: z
      .array(
        z.object({
          title: z.string(),
          url: z.string(),
          description: z.string().optional(),
          picture: z.string().optional(),
        }),
      )
      .min(1),
  }),
  /** A card with a title, a text and buttons; a pressed button comes back as the text of its `command`. */
  z.object({
    kind: z.literal('card'),
    title: z.string(),
    text: z.string().optional(),
    url: z.string().optional(),
    facts: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    buttons: z
      .array(
        z.object({ label: z.string(), command: z.string(), style: z.enum(['primary', 'danger', 'plain']).optional() }),
      )
      .optional(),
  }),
  /**
   * A platform's own form that has no common one here (WeCom: a whole template_card); sent as it is where the channel
   * knows it.
   */
  z.object({ kind: z.literal('native'), platform: z.string(), body: z.record(z.string(), z.unknown()) }),
  /** Something that happened rather than was said: subscribe, enter_agent, a pressed button. */
  z.object({
    kind: z.literal('event'),
    name: z.string(),
    key: z.string().optional(),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
])
export type Part = z.infer<typeof partSchema>

/** What a command may say: a text alone, one part, or several. */
export type Content = string | Part | Part[]

export function partsOf(content: Content): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  return Array.isArray(content) ? content : [content]
}

/** The words in a list of parts, for reading commands and for previews. */
export function plainText(parts: readonly Part[]): string {
  return parts
    .map((part) => (part.kind === 'text' || part.kind === 'markdown' ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n')
}

/** One text in the language of whoever reads it. */
export function textIn(lang: Lang, text: Bilingual): Part[] {
  return [{ kind: 'text', text: inLang(lang, text) }]
}
