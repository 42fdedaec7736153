import { z } from 'zod'
import { presetNameSchema } from '../src/core/model/preset.ts'
import { count, httpUrl, list, SECOND_MS, text } from '../src/core/settings/pieces.ts'
import { budgetsSchema } from './budget-schema.ts'
import { mcpSchema } from './mcp-schema.ts'

const price = z.strictObject({ inputPerMillion: z.number().min(0), outputPerMillion: z.number().min(0) })

const describedModel = z.strictObject({
  name: text,
  price: price.optional().describe('What a million tokens cost, in the currency you count in.'),
  images: z
    .boolean()
    .optional()
    .describe('true: it takes pictures, and those that come with a question are passed on.'),
  tools: z.boolean().optional().describe('false: it cannot call tools, so none are offered to it.'),
})
const model = z.union([text.transform((name): z.output<typeof describedModel> => ({ name })), describedModel])

export const llmSchema = z
  .strictObject({
    baseUrl: httpUrl('https://api.openai.com/v1')
      .optional()
      .describe('An OpenAI-compatible API. Variable: OPENAI_BASE_URL.'),
    apiKey: text.optional().describe('Variable: OPENAI_API_KEY.'),
    models: list(model)
      .refine((models) => models.length > 0, 'is empty: name a model')
      .default([{ name: 'gpt-5-mini' }])
      .describe(
        'Models in the order they are asked; the next is asked when one is down. Variable: OPENAI_MODEL, separated by commas.',
      ),
    firstTokenMs: count(SECOND_MS, 600 * SECOND_MS)
      .default(30 * SECOND_MS)
      .describe('How long a model may say nothing.'),
    wholeMs: count(SECOND_MS, 3600 * SECOND_MS)
      .default(180 * SECOND_MS)
      .describe('How long an answer may take, all tries and models together.'),
    attempts: count(1, 10).default(3).describe('Tries of one model.'),
    memory: z
      .enum(['person', 'chat'])
      .default('person')
      .describe('In a group: person, each has a conversation of their own; chat, all share one.'),
    memoryTokens: count(0, 1_000_000)
      .default(4_000)
      .describe('How much of a conversation the model is told, in tokens.'),
    system: text.optional().describe('What the model is told first: who it is and how it answers.'),
    toolRounds: count(1, 100).default(8).describe('How often in a row a model may call tools before it has to answer.'),
    mcp: mcpSchema.describe('MCP servers whose tools models may call, for people who were granted `mcp <name>`.'),
    summary: z
      .boolean()
      .default(true)
      .describe('What no longer fits into memoryTokens is summarised by the model; false: it is forgotten.'),
    preset: presetNameSchema
      .optional()
      .describe('The preset of conversations that have chosen none; it goes before `system`.'),
    presetDir: text.default('config/presets').describe('The folder of preset files (*.md).'),
    noticeAfterMs: count(0, 600 * SECOND_MS)
      .default(5 * SECOND_MS)
      .describe('After so long without an answer the person is told that it is on its way.'),
    budgets: budgetsSchema,
  })
  .prefault({})
