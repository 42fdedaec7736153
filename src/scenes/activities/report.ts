import { defineCommand, defineScene, fetchFile, file, markdown, refuse, z } from '#scene'
import { csvOf, figuresOf, salesSchema } from './report/figures.ts'
import { pageOf, taskFor } from './report/page.ts'

/*
 * The worked example of a workflow: collect, analyse, have a model write, ask a manager, post. Each part is a step, so
 * a process may be killed anywhere and nothing that is done is done again.
 */

const settings = z.object({
  source: z
    .string()
    .includes('{team}')
    .optional()
    .describe(
      'Answers with JSON: [{ "date": "2026-11-16", "item": "…", "amount": 12.5 }, …]. {team} is the team. Off without.',
    ),
  headers: z.record(z.string(), z.string()).default({}),
  postTo: z
    .object({ channel: z.string(), chat: z.string(), chatKind: z.enum(['private', 'group']).default('group') })
    .optional()
    .describe('The chat that gets the report; without it, the one that asked.'),
})
const limitBytes = 16 * 1024 * 1024

export default defineScene({
  name: 'report',
  summary: { zh: '报表', en: 'Reports' },
  settings,
  commands: {
    weekly: defineCommand({
      summary: { zh: '生成周报，经理同意后发布', en: 'The weekly report, posted when a manager agrees' },
      settings,
      args: z.object({ team: z.string().max(60), weeks: z.coerce.number().int().min(1).max(52).default(4) }),
      lane: 'long',
      timeoutMs: 10 * 60_000,
      example: 'report weekly 华东 4',
      async run({ args: { team, weeks }, settings, step, say, approve, llm, progress, pick }) {
        const { source, headers, postTo } = settings
        if (source === undefined) {
          return refuse(
            pick({
              zh: '周报没有开启：请管理员在配置里设置 scenes.report.source。',
              en: 'Reports are off: an operator has to set scenes.report.source.',
            }),
          )
        }
        progress(10, pick({ zh: '取数', en: 'Collecting' }))
        const figures = await step('collect', async (signal) => {
          const url = source.replaceAll('{team}', encodeURIComponent(team))
          // The operator has written the address, so it may be one of their network.
          const { bytes } = await fetchFile(url, { headers, limitBytes, timeoutMs: 60_000, allowPrivate: true }, signal)
          return figuresOf(salesSchema.parse(JSON.parse(new TextDecoder().decode(bytes))), weeks, new Date())
        })
        progress(40, pick({ zh: '写摘要', en: 'Writing' }))
        const summary = await step('summary', () => llm(taskFor(team, figures, pick)))
        const report = pageOf(team, figures, summary, pick)
        await say('draft', markdown(report))
        await approve('publish', {
          by: 'report.publish',
          question: pick({ zh: `发布${team}周报？`, en: `Post the weekly report of ${team}?` }),
        })
        await say('report', [markdown(report), file(`${team}.csv`, csvOf(figures), 'text/csv')], { to: postTo })
        return postTo && pick({ zh: '周报已发布。', en: 'The report is posted.' })
      },
    }),
  },
})
