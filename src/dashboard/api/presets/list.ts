import { defineRoute } from '../route.ts'
import { presetListSchema } from '../shapes.ts'

export const listPresets = defineRoute({
  method: 'get',
  path: '/api/presets',
  summary: 'Who models may be: presets of files and of the dashboard, and the files that are broken',
  auth: 'any',
  status: 200,
  answer: presetListSchema,
  async run({ presets }) {
    return { presets: await presets.list(), faults: [...presets.faults()], usual: presets.usual }
  },
})
