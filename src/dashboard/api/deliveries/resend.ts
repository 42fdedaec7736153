import { z } from 'zod'
import { deliveryRecordSchema } from '../../../core/delivery/delivery.ts'
import { ApiFault, notFound } from '../fault.ts'
import { defineRoute } from '../route.ts'

export const resendDelivery = defineRoute({
  method: 'post',
  path: '/api/deliveries/:id/resend',
  summary: 'Send a delivery again that was refused, has expired or is unsure',
  auth: 'any',
  status: 202,
  params: z.object({ id: z.string() }),
  answer: deliveryRecordSchema,
  async run(api, { params: { id }, caller }) {
    const isQueued = await api.resend(id, caller.name)
    const record = await api.store.outbox.find(id)
    if (!record) throw notFound(`delivery ${id}`)
    if (!isQueued) throw new ApiFault(409, 'not_resendable', `delivery ${id} is ${record.state}: it needs no resending`)
    return record
  },
})
