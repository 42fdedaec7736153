import { defineCommand, defineScene, z } from '#scene'

export default defineScene({
  name: 'durable',
  summary: { zh: '持久步骤与睡眠的基准', en: 'What steps and sleeps cost' },
  commands: {
    steps: defineCommand({
      summary: { zh: '连走 n 步，每步什么也不做', en: 'Takes n steps that do nothing' },
      args: z.object({ n: z.coerce.number().int().min(1) }),
      lane: 'long',
      timeoutMs: 600_000,
      async run({ args, step }) {
        // Not `performance.now()`: that counts from the start of the thread.
        const from = Date.now()
        for (let n = 0; n < args.n; n++) await step(`step-${n}`, () => n)
        await step('took', () => ({ from, to: Date.now() }))
      },
    }),
    nap: defineCommand({
      summary: { zh: '睡到那一刻', en: 'Sleeps until that moment' },
      args: z.object({ at: z.coerce.number() }),
      lane: 'long',
      async run({ args, sleep }) {
        await sleep('nap', new Date(args.at))
        return `${args.at}`
      },
    }),
  },
})
