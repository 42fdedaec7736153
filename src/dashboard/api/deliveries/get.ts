import { z } from 'zod'
import { deliveryRecordSchema } from '../../../core/delivery/delivery.ts'
import { notFound } from '../fault.ts'
import { defineRoute } from '../route.ts'

export const getDelivery = defineRoute({
  method: 'get',
  path: '/api/deliveries/:id',
  summary: 'A delivery: its state, its route and what the platform answered',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  answer: deliveryRecordSchema,
  async run(api, { params }) {
    const record = await api.store.outbox.find(params.id)
    if (!record) throw notFound(`delivery ${params.id}`)
    return record
  },
})
