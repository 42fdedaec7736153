/** Its steps write a line each to a file, so that they are counted from outside. */
export const tripScene = (ledger: string) => `
import { appendFileSync } from 'node:fs'
import { defineCommand, defineScene, z } from '#scene'
const note = (line) => appendFileSync(${JSON.stringify(ledger)}, line + '\\n')
export default defineScene({
  name: 'trip',
  summary: { zh: '出差', en: 'Trips' },
  commands: {
    book: defineCommand({
      summary: { zh: '订', en: 'Book' },
      args: z.object({ city: z.string() }),
      lane: 'long',
      async run({ args, step, sleep, approve }) {
        await step('price', () => note('price'))
        await sleep('a moment', 300)
        const { by } = await approve('book', { question: 'Book ' + args.city })
        await step('booked', () => note('booked'))
        return args.city + ' booked, approved by ' + by.join()
      },
    }),
    plan: defineCommand({
      summary: { zh: '计划', en: 'Plan' },
      args: z.object({}),
      lane: 'long',
      async run({ step, ask, say, onCancel }) {
        await onCancel('hotel', async () => {
          note('hotel taken back')
          await say('undone', 'no hotel any more')
        })
        await step('hotel', () => note('hotel'))
        const where = await ask('where', 'Where to?')
        const size = await ask('size', 'Which room, ' + where.text + '?', { choices: ['small', 'large'] })
        await step('booked', () => note(where.text + ', ' + size.text))
        return where.text + ', a ' + size.text + ' room'
      },
    }),
    fail: defineCommand({
      summary: { zh: '坏', en: 'Fail' },
      args: z.object({}),
      lane: 'long',
      attempts: 1,
      async run({ onCancel }) {
        await onCancel('a', () => note('a taken back'))
        await onCancel('b', async () => {
          note('b begins')
          await new Promise((resolve) => setTimeout(resolve, 1_500))
          note('b taken back')
        })
        await onCancel('c', () => note('c taken back'))
        throw new Error('no seats')
      },
    }),
    nap: defineCommand({
      summary: { zh: '睡', en: 'Nap' },
      args: z.object({ ms: z.coerce.number() }),
      lane: 'long',
      async run({ args, sleep }) {
        await sleep('nap', args.ms)
        return 'awake'
      },
    }),
  },
})
`
