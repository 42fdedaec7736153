import { z } from 'zod'
import { listedPresetSchema, presetBodySchema, presetNameSchema } from '../../../core/model/preset.ts'
import { defineRoute } from '../route.ts'

export const putPreset = defineRoute({
  method: 'put',
  path: '/api/presets/:name',
  summary: 'Change a preset; it then counts instead of the file of that name',
  auth: 'any',
  status: 200,
  params: z.object({ name: presetNameSchema }),
  body: presetBodySchema,
  answer: listedPresetSchema,
  async run({ presets, store }, { params, body, caller, now }) {
    const kept = await presets.put({ ...body, name: params.name }, caller.name, now)
    await store.grants.record({ at: now, by: caller.name, what: `preset ${params.name} edited` })
    return kept
  },
})
