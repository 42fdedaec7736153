import { csrfOf } from '../auth/sessions.ts'
import { defineRoute } from '../route.ts'
import { sessionSchema } from '../shapes.ts'

export const getSession = defineRoute({
  method: 'get',
  path: '/api/session',
  summary: 'Whether this browser is signed in, and its CSRF token',
  auth: 'none',
  status: 200,
  answer: sessionSchema,
  run(api, { caller }) {
    const { lang } = api.config
    if (caller.kind !== 'session') return { signedIn: false, lang }
    return { signedIn: true, csrf: csrfOf(caller.token), lang }
  },
})
