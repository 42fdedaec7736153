import { defineCommand, defineScene, z } from '#scene'

export default defineScene({
  name: 'chat',
  summary: { zh: '和大模型聊天', en: 'Talk with a model' },
  commands: {
    ask: defineCommand({
      summary: { zh: '问大模型，它记得之前说过的话', en: 'Asks the model, which remembers what was said before' },
      args: z.object({ text: z.string() }),
      lane: 'llm',
      timeoutMs: 5 * 60_000,
      // The engine has tried as often as it makes sense.
      attempts: 1,
      example: '#介绍一下北京',
      run: ({ args, converse }) => converse(args.text),
    }),
  },
})
