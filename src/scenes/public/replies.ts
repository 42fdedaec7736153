import { defineCommand, defineScene, ignore, refuse, z } from '#scene'
import { answerOf } from './replies/answer.ts'
import { fits, isFor } from './replies/fit.ts'
import { type Reply, readReplies } from './replies/read.ts'

const settings = z.object({
  folder: z
    .string()
    .min(1)
    .optional()
    .describe('Where the files lie that are named for their keywords; off without it.'),
})

const nothingSet = {
  zh: '关键词回复没有开启：请管理员在配置里设置 scenes.replies.folder。',
  en: 'Keyword replies are off: an operator has to set scenes.replies.folder.',
}
/** More would be no list but a flood. */
const MOST_LISTED = 100

export default defineScene({
  name: 'replies',
  summary: { zh: '关键词回复', en: 'Replies to keywords' },
  settings,
  watches: ({ folder }) => (folder === undefined ? [] : [folder]),
  commands: {
    default: defineCommand({
      summary: { zh: '回复一个关键词', en: 'The reply to a keyword' },
      settings,
      args: z.object({ text: z.string() }),
      triggers: async ({ folder }, warn) =>
        folder === undefined ? [] : (await readReplies(folder, warn)).flatMap(triggersOf),
      example: '你好',
      async run({ args, message, settings: { folder }, coolDown, log, pick }) {
        if (folder === undefined) refuse(pick(nothingSet))
        const replies = await readReplies(folder)
        // The argument has lost quotes that a keyword may have.
        const fitting = replies.filter((reply) => fits(reply, args.text) || fits(reply, message.text))
        if (fitting.length === 0) refuse(pick({ zh: '没有这个关键词。', en: 'There is no such keyword.' }))
        // Of 猫 and 猫咪 in one text the longer says more.
        const reply = fitting
          .toSorted((one, other) => other.keyword.length - one.keyword.length)
          .find((each) => isFor(each, message.from))
        if (reply === undefined) ignore('the keyword is for other groups')
        const leftMs = await coolDown(reply.keyword, reply.coolDownMs)
        if (leftMs > 0) ignore(`the keyword was answered here a moment ago, and rests for ${leftMs} ms more`)
        return answerOf(reply, log)
      },
    }),

    list: defineCommand({
      summary: { zh: '列出这里的关键词', en: 'The keywords of this chat' },
      settings,
      args: z.object({}),
      async run({ message, settings: { folder }, pick }) {
        if (folder === undefined) refuse(pick(nothingSet))
        const here = (await readReplies(folder)).filter((reply) => isFor(reply, message.from))
        if (here.length === 0) return pick({ zh: '这里没有关键词。', en: 'There are no keywords here.' })
        const shown = here.slice(0, MOST_LISTED).map(({ keyword }) => keyword)
        return [...shown, ...(here.length > MOST_LISTED ? ['…'] : [])].join(pick({ zh: '、', en: ', ' }))
      },
    }),
  },
})

function triggersOf({ texts, match, pattern }: Reply) {
  return [
    ...texts.map((text) => (match === 'exact' ? { exact: text } : { keyword: text })),
    ...(pattern === undefined ? [] : [{ pattern: new RegExp(pattern.source, pattern.flags) }]),
  ]
}
