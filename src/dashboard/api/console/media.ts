import { z } from 'zod'
import { UnavailableError } from '../../../core/errors.ts'
import { notFound } from '../fault.ts'
import { writeFile } from '../files/write.ts'
import { bytes, defineRoute } from '../route.ts'
import { sidesOf } from './sides.ts'

/** Types are the simulator's words; what is none becomes plain bytes. */
const plainType = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/

export const getConsoleMedia = defineRoute({
  method: 'get',
  path: '/api/console/media/:channel/:id',
  summary: 'The bytes of a picture, file, voice or video in a chat that a simulator plays',
  auth: 'any',
  status: 200,
  params: z.object({ channel: z.string(), id: z.string() }),
  gives: 'bytes',
  answer: bytes,
  async run(api, { params, response }) {
    const side = sidesOf(api).get(params.channel)
    const file = await side?.media?.(params.id).catch((error: unknown) => {
      if (error instanceof UnavailableError) return undefined
      throw error
    })
    if (!file) throw notFound('such file, or the simulator does not answer')
    const type = plainType.test(file.type) ? file.type : 'application/octet-stream'
    return writeFile(response, { ...file, type })
  },
})
