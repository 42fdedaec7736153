import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { defineCommand, defineScene, file, image, z } from '#scene'
import { chineseText } from './demo/chinese-text.ts'
import { gradientPng } from './demo/gradient-png.ts'

const seconds = z.coerce.number().min(0).max(3600)

export default defineScene({
  name: 'demo',
  summary: { zh: '演示', en: 'Try it out' },
  commands: {
    echo: defineCommand({
      summary: { zh: '把你说的原样说回来', en: 'Says what you said' },
      args: z.object({ text: z.string() }),
      example: 'demo echo 你好',
      run: ({ args }) => args.text,
    }),

    sleep: defineCommand({
      summary: { zh: '睡一会儿，边睡边报进度，随时可以取消', en: 'Sleeps, shows how far it is, and can be cancelled' },
      args: z.object({ seconds }),
      lane: 'long',
      timeoutMs: 3_700_000,
      example: 'demo sleep 5',
      async run({ args, signal, progress, pick }) {
        for (let slept = 0; slept < args.seconds; slept += 1) {
          progress((slept / args.seconds) * 100, pick({ zh: `睡了 ${slept} 秒`, en: `${slept} s asleep` }))
          await wait(Math.min(1, args.seconds - slept) * 1000, undefined, { signal })
        }
        progress(100)
        return pick({ zh: `睡了 ${args.seconds} 秒，醒了。`, en: `Slept for ${args.seconds} s, awake again.` })
      },
    }),

    dice: defineCommand({
      summary: { zh: '掷骰子，大模型也会用它', en: 'Rolls dice; models may call it too' },
      args: z.object({
        sides: z.coerce.number().int().min(2).max(1000).default(6).describe('sides of a die'),
        count: z.coerce.number().int().min(1).max(20).default(1).describe('how many dice'),
      }),
      tool: true,
      example: 'demo dice 6 2',
      async run({ args, step, pick }) {
        const rolls = await step('rolls', () => Array.from({ length: args.count }, () => randomInt(args.sides) + 1))
        const sum = rolls.reduce((total, roll) => total + roll, 0)
        return pick({ zh: `掷出 ${rolls.join('、')}，合计 ${sum}。`, en: `Rolled ${rolls.join(', ')}: ${sum} in all.` })
      },
    }),

    spin: defineCommand({
      summary: { zh: '占满一个 CPU，什么也不听', en: 'Burns a CPU and obeys nothing' },
      args: z.object({ seconds }),
      lane: 'cpu',
      timeoutMs: 120_000,
      attempts: 1,
      example: 'demo spin 3',
      run({ args, pick }) {
        const until = Date.now() + args.seconds * 1000
        let turns = 0
        while (Date.now() < until) turns += 1
        return pick({
          zh: `转了 ${args.seconds} 秒，${turns} 圈。`,
          en: `Spun for ${args.seconds} s, ${turns} turns.`,
        })
      },
    }),

    steps: defineCommand({
      summary: { zh: '走 n 步，每步 0.2 秒；中断后从没走完的一步继续', en: 'Takes n durable steps of 0.2 s each' },
      args: z.object({ n: z.coerce.number().int().min(1).max(100) }),
      lane: 'long',
      example: 'demo steps 5',
      async run({ args, step, log, progress, pick }) {
        for (let number = 1; number <= args.n; number += 1) {
          await step(`step-${number}`, async (signal) => {
            await wait(200, undefined, { signal })
            log(`step ${number}`)
            return number
          })
          progress((number / args.n) * 100)
        }
        return pick({ zh: `${args.n} 步都走完了。`, en: `All ${args.n} steps are done.` })
      },
    }),

    fail: defineCommand({
      summary: { zh: '先失败几次，再成功', en: 'Fails some times, then succeeds' },
      args: z.object({ times: z.coerce.number().int().min(0).default(1) }),
      example: 'demo fail 2',
      run({ args, attempt, pick }) {
        if (attempt <= args.times) throw new Error(`failed on purpose, attempt ${attempt} of ${args.times}`)
        return pick({ zh: `第 ${attempt} 次成功了。`, en: `Attempt ${attempt} succeeded.` })
      },
    }),

    long: defineCommand({
      summary: { zh: '一段正好这么多字节的中文', en: 'A Chinese text of exactly so many bytes' },
      args: z.object({ bytes: z.coerce.number().int().min(1).max(200_000) }),
      example: 'demo long 5000',
      run: ({ args }) => chineseText(args.bytes),
    }),

    image: defineCommand({
      summary: { zh: '画一张图', en: 'Draws a picture' },
      args: z.object({}),
      run: () => image(gradientPng(320, 200), 'gradient.png'),
    }),

    file: defineCommand({
      summary: { zh: '给一个表格文件', en: 'Gives a table as a file' },
      args: z.object({}),
      run({ pick }) {
        const rows = [
          pick({ zh: '星期,消息,任务', en: 'day,messages,tasks' }),
          pick({ zh: '一,128,97', en: 'Mon,128,97' }),
          pick({ zh: '二,143,110', en: 'Tue,143,110' }),
          pick({ zh: '三,151,124', en: 'Wed,151,124' }),
        ]
        // The mark in front tells Excel that this is UTF-8.
        return file('demo.csv', `\uFEFF${rows.join('\r\n')}\r\n`, 'text/csv')
      },
    }),
  },
})
