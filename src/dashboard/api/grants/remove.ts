import { z } from 'zod'
import { notFound } from '../fault.ts'
import { defineRoute, nothing } from '../route.ts'

export const removeGrant = defineRoute({
  method: 'delete',
  path: '/api/grants',
  summary: 'Take a grant back',
  auth: 'any',
  status: 204,
  query: z.object({ subject: z.string().min(1), scene: z.string().min(1), command: z.string().min(1).default('*') }),
  answer: nothing,
  async run(api, { query, caller, now }) {
    const subject = query.subject.toLowerCase()
    const { scene, command } = query
    if (!(await api.store.grants.remove(subject, scene, command, caller.name, now))) {
      throw notFound(`grant of ${scene} ${command} to ${subject}`)
    }
  },
})
