import { defineCommand, defineScene, image, refuse, z } from '#scene'
import { addressSchema } from './picture/address.ts'
import { fetchPicture, NoPictureError } from './picture/fetch-picture.ts'

const settings = z.object({
  url: addressSchema
    .optional()
    .describe(
      'Answers with a picture, or with JSON that tells where one is; {what} is what was asked for. Off without.',
    ),
  json: z
    .string()
    .min(1)
    .optional()
    .describe('Where the address stands in the JSON, such as data.0.url; without it the answer is the picture.'),
  headers: z.record(z.string(), z.string()).default({}),
  coolDownMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400_000)
    .default(5_000)
    .describe('Between two pictures in one chat.'),
  mostBytes: z.coerce
    .number()
    .int()
    .min(1024)
    .max(16 * 1024 * 1024)
    .default(10 * 1024 * 1024),
  allowPrivateUrls: z.boolean().default(false).describe('Pictures may come from this machine and its network.'),
})
const attempts = 2

export default defineScene({
  name: 'picture',
  summary: { zh: '随机图片', en: 'Random pictures' },
  settings,
  commands: {
    default: defineCommand({
      summary: { zh: '来一张随机图片', en: 'A random picture' },
      settings,
      args: z.object({ what: z.string().max(100).default('') }),
      aliases: ['来张图'],
      timeoutMs: 25_000,
      attempts,
      example: '来张图 猫',
      async run({ args, settings: { url, coolDownMs, ...api }, attempt, coolDown, signal, log, pick }) {
        if (url === undefined) {
          return refuse(
            pick({
              zh: '随机图片没有开启：请管理员在配置里设置 scenes.picture.url。',
              en: 'Random pictures are off: an operator has to set scenes.picture.url.',
            }),
          )
        }
        const leftMs = await coolDown('picture', coolDownMs)
        if (leftMs > 0) {
          const seconds = Math.ceil(leftMs / 1000)
          refuse(pick({ zh: `慢一点，${seconds} 秒后再来。`, en: `Not so fast: again in ${seconds} s.` }))
        }
        try {
          const { bytes, name } = await fetchPicture({ url, ...api }, args.what, signal)
          return image(bytes, name)
        } catch (error) {
          if (signal.aborted || !(error instanceof NoPictureError)) throw error
          if (error.mayComeLater && attempt < attempts) throw error
          log(error.message)
          return refuse(
            pick({
              zh: '图片接口没有给出图片，请稍后再试。',
              en: 'The picture API gave no picture. Please try again later.',
            }),
          )
        }
      },
    }),
  },
})
