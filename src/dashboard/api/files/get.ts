import { z } from 'zod'
import { notFound } from '../fault.ts'
import { bytes, defineRoute } from '../route.ts'
import { writeFile } from './write.ts'

export const getFile = defineRoute({
  method: 'get',
  path: '/api/files/:id',
  summary: 'The bytes of a kept file',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  gives: 'bytes',
  answer: bytes,
  async run(api, { params, response, now }) {
    const file = await api.store.files.get(params.id, now)
    if (!file) throw notFound('such file, or it is kept no longer')
    return writeFile(response, file)
  },
})
