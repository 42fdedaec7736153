import { defineCommand, defineScene, z } from '#scene'

export default defineScene({
  name: 'pub_demo',
  summary: { zh: '公开场景示例', en: 'An example that everybody may use' },
  commands: {
    setup: defineCommand({
      summary: { zh: '收下两个参数', en: 'Takes two arguments' },
      args: z.object({ arg1: z.string(), arg2: z.string() }),
      example: 'pub_demo setup 甲 乙',
      run: ({ args, pick }) =>
        pick({
          zh: `设置好了。\narg1：${args.arg1}\narg2：${args.arg2}`,
          en: `Set up.\narg1: ${args.arg1}\narg2: ${args.arg2}`,
        }),
    }),
  },
})
