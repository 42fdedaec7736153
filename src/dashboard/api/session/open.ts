import { z } from 'zod'
import { isHttps, sessionCookie } from '../auth/cookie.ts'
import { csrfOf, sessionMs } from '../auth/sessions.ts'
import { ApiFault } from '../fault.ts'
import { defineRoute } from '../route.ts'
import { sessionSchema } from '../shapes.ts'

export const openSession = defineRoute({
  method: 'post',
  path: '/api/session',
  summary: 'Sign in: sets the session cookie',
  auth: 'none',
  status: 200,
  body: z.object({ password: z.string().min(1).max(1024) }),
  bodyBytes: 16 * 1024,
  answer: sessionSchema,
  async run(api, { body, request, response, now }) {
    const { password, limit, sessions } = api.auth
    const address = request.ip ?? 'unknown'
    await limit.count(address, now)
    if (!(await password.matches(body.password, now))) {
      await api.store.grants.record({ at: now, by: address, what: 'wrong password' })
      throw new ApiFault(401, 'wrong_password', 'the password is wrong')
    }
    await limit.forgive(address, now)
    const token = await sessions.open(now)
    await api.store.grants.record({ at: now, by: 'admin', what: `sign in from ${address}` })
    response.set('set-cookie', sessionCookie(token, sessionMs, isHttps(request)))
    return { signedIn: true, csrf: csrfOf(token), lang: api.config.lang }
  },
})
