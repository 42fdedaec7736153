import { z } from 'zod'

/*
 * Template cards of an app: https://developer.work.weixin.qq.com/document/path/90236
 * WeCom answers ok to a card with a field in the wrong place and shows it without it, so a card is checked before it is
 * sent. Lengths in characters are what fits on the screen, longer ones are cut there and allowed here; counts and bytes
 * are limits.
 */

const bytesUpTo = (most: number) =>
  z.string().refine((text) => Buffer.byteLength(text) <= most, `at most ${most} bytes`)
const url = bytesUpTo(2048).min(1)
const key = bytesUpTo(1024).min(1)
const title = z.object({ title: z.string().optional(), desc: z.string().optional() })

const option = z.object({ id: bytesUpTo(128).min(1), text: z.string().min(1) })
const selection = z.object({
  question_key: key,
  title: z.string().optional(),
  option_list: z.array(option).min(1).max(10),
  selected_id: z.string().optional(),
})
const submit = z.object({ text: z.string().min(1), key })
const target = { url: url.optional(), appid: z.string().optional(), pagepath: z.string().optional() }

const everywhere = {
  source: z
    .object({
      icon_url: z.string().optional(),
      desc: z.string().optional(),
      desc_color: z.number().int().min(0).max(3).optional(),
    })
    .optional(),
  action_menu: z
    .object({
      desc: z.string().optional(),
      action_list: z
        .array(z.object({ text: z.string().min(1), key }))
        .min(1)
        .max(3),
    })
    .optional(),
}
const quoteArea = z
  .object({
    type: z.number().int().min(0).max(2).optional(),
    title: z.string().optional(),
    quote_text: z.string().optional(),
    ...target,
  })
  .optional()
const facts = z
  .array(
    z.object({
      keyname: z.string().min(1),
      value: z.string().optional(),
      type: z.number().int().min(0).max(3).optional(),
      url: url.optional(),
      media_id: z.string().optional(),
      userid: z.string().optional(),
    }),
  )
  .max(6)
  .optional()
const jumps = z
  .array(z.object({ type: z.number().int().min(0).max(2).optional(), title: z.string().min(1), ...target }))
  .max(3)
  .optional()
const action = z.object({ type: z.number().int().min(1).max(2), ...target })
const taskId = z.string().regex(/^[\w@-]{1,128}$/, 'letters, digits, _ - @, at most 128')
const button = z.object({
  type: z.number().int().min(0).max(1).optional(),
  text: z.string().min(1),
  style: z.number().int().min(1).max(4).optional(),
  key: key.optional(),
  url: url.optional(),
})

/** A whole `template_card`, its fields where its `card_type` shows them. */
export const templateCardSchema = z
  .discriminatedUnion('card_type', [
    z.strictObject({
      card_type: z.literal('text_notice'),
      ...everywhere,
      main_title: title.optional(),
      emphasis_content: title.optional(),
      quote_area: quoteArea,
      sub_title_text: z.string().optional(),
      horizontal_content_list: facts,
      jump_list: jumps,
      card_action: action,
      task_id: taskId.optional(),
    }),
    z.strictObject({
      card_type: z.literal('news_notice'),
      ...everywhere,
      main_title: title.optional(),
      quote_area: quoteArea,
      horizontal_content_list: facts,
      vertical_content_list: z
        .array(z.object({ title: z.string().min(1), desc: z.string().optional() }))
        .max(4)
        .optional(),
      card_image: z.object({ url, aspect_ratio: z.number().min(1.3).max(2.25).optional() }).optional(),
      image_text_area: z.looseObject({}).optional(),
      jump_list: jumps,
      card_action: action,
      task_id: taskId.optional(),
    }),
    z.strictObject({
      card_type: z.literal('button_interaction'),
      ...everywhere,
      main_title: title,
      quote_area: quoteArea,
      sub_title_text: z.string().optional(),
      horizontal_content_list: facts,
      card_action: action.optional(),
      button_selection: selection.optional(),
      button_list: z
        .array(
          button.refine((it) => (it.type === 1 ? it.url : it.key) !== undefined, 'needs a key, or type 1 and a url'),
        )
        .min(1)
        .max(6),
      task_id: taskId,
    }),
    z.strictObject({
      card_type: z.literal('vote_interaction'),
      ...everywhere,
      main_title: title,
      checkbox: z.object({
        question_key: key,
        mode: z.number().int().min(0).max(1).optional(),
        option_list: z
          .array(option.extend({ is_checked: z.boolean().optional() }))
          .min(1)
          .max(20),
      }),
      submit_button: submit,
      task_id: taskId,
    }),
    z.strictObject({
      card_type: z.literal('multiple_interaction'),
      ...everywhere,
      main_title: title,
      select_list: z.array(selection).min(1).max(3),
      submit_button: submit,
      task_id: taskId,
    }),
  ])
  .refine((card) => card.action_menu === undefined || card.task_id !== undefined, 'an action_menu needs a task_id')

/** A card before it is checked: from a command, or made here. */
export type TemplateCard = Readonly<Record<string, unknown>>
