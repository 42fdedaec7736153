import { z } from 'zod'
import { ApiFault, notFound } from '../fault.ts'
import { defineRoute, nothing } from '../route.ts'

export const removePreset = defineRoute({
  method: 'delete',
  path: '/api/presets/:name',
  summary: 'Delete what the dashboard keeps of a preset; where there is a file of that name, it counts again',
  auth: 'any',
  status: 204,
  params: z.object({ name: z.string() }),
  answer: nothing,
  async run({ presets, store }, { params: { name }, caller, now }) {
    const file = (await presets.list()).find((preset) => preset.name === name)?.file
    if (!(await presets.remove(name))) {
      if (file === undefined) throw notFound(`preset ${name}`)
      throw new ApiFault(409, 'preset_is_file', `the preset ${name} is the file ${file}: delete it there`)
    }
    const what = file === undefined ? `preset ${name} deleted` : `preset ${name} reset to its file`
    await store.grants.record({ at: now, by: caller.name, what })
  },
})
