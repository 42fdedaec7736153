import { listedPresetSchema, presetSchema } from '../../../core/model/preset.ts'
import { ApiFault } from '../fault.ts'
import { defineRoute } from '../route.ts'

export const addPreset = defineRoute({
  method: 'post',
  path: '/api/presets',
  summary: 'A new preset; a 409 when there is one of that name',
  auth: 'any',
  status: 201,
  body: presetSchema,
  answer: listedPresetSchema,
  async run({ presets, store }, { body, caller, now }) {
    const added = await presets.add(body, caller.name, now)
    if (added === undefined) throw new ApiFault(409, 'preset_exists', `there is a preset ${body.name} already`)
    await store.grants.record({ at: now, by: caller.name, what: `preset ${body.name} added` })
    return added
  },
})
