import { isHttps, sessionCookie } from '../auth/cookie.ts'
import { defineRoute, nothing } from '../route.ts'

export const closeSession = defineRoute({
  method: 'delete',
  path: '/api/session',
  summary: 'Sign out',
  auth: 'session',
  status: 204,
  answer: nothing,
  async run(api, { caller, request, response, now }) {
    if (caller.kind !== 'session') return
    await api.auth.sessions.close(caller.token, now)
    await api.store.grants.record({ at: now, by: caller.name, what: 'sign out' })
    response.set('set-cookie', sessionCookie('', 0, isHttps(request)))
  },
})
