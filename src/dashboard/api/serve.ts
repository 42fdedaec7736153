import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { z } from 'zod'
import { cleanJson } from '../../core/text/clean.ts'
import type { Api } from './api.ts'
import { type Caller, callerOf } from './auth/caller.ts'
import { isCsrfOf } from './auth/sessions.ts'
import { ApiFault, faultOf, invalid, notFound, parseAs } from './fault.ts'
import type { Route } from './route.ts'
import type { errorBodySchema } from './shapes.ts'

const defaultBodyBytes = 1024 * 1024
const noFields = z.object({})

/** The one way every call goes: who is it, may they, what do they bring, the work, the answer. */
export function serve(api: Api, routes: readonly Route[]): Router {
  const router = express.Router()
  for (const route of routes) {
    router[route.method](route.path, async (request, response) => {
      try {
        await answer(api, route, request, response)
      } catch (error) {
        refuse(response, faultOf(error, `${route.method} ${route.path}`, api.log))
      }
    })
  }
  router.use('/api', (request, response) => {
    refuse(response, notFound(`route ${request.method} ${request.baseUrl}${request.path}`))
  })
  router.use('/api', unreadable)
  return router
}

/**
 * What Express itself stumbles over before any route: a path that is not URI-encoded. Four parameters make it an
 * error's.
 */
function unreadable(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (error instanceof URIError) refuse(response, invalid('path', 'not URI-encoded'))
  else next(error)
}

async function answer(api: Api, route: Route, request: Request, response: Response): Promise<void> {
  response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  const now = api.now()
  const caller = await callerOf(request, api.auth, now)
  if (route.auth !== 'none') admit(route, caller, request)
  // Only now: a stranger's body is not read.
  const body = await readBody(route, request, response)
  const value = await route.run(api, {
    params: parseAs(route.params ?? noFields, cleanJson(request.params), 'path'),
    query: parseAs(route.query ?? noFields, cleanJson(request.query), 'query'),
    body: route.body && parseAs(route.body, route.takes === 'bytes' ? body : cleanJson(body), 'body'),
    caller,
    now,
    request,
    response,
  })
  if (response.headersSent) return
  if (route.status === 204) response.status(204).end()
  else response.status(route.status).json(route.answer.parse(value))
}

function admit(route: Route, caller: Caller, request: Request): void {
  if (caller.kind === 'nobody' || (route.auth === 'session' && caller.kind !== 'session')) {
    const means =
      route.auth === 'session' ? 'sign in first' : 'sign in, or send Authorization: Bearer with an API token'
    throw new ApiFault(401, 'unauthorized', means, { 'www-authenticate': 'Bearer' })
  }
  if (caller.kind === 'session' && route.method !== 'get') {
    if (!isCsrfOf(caller.token, request.get('x-huitou-csrf') ?? '')) {
      throw new ApiFault(403, 'csrf', 'send the x-huitou-csrf header with the csrf that GET /api/session gives')
    }
  }
}

/** Body readers by size and kind, made once each. */
const readers = new Map<string, express.RequestHandler>()

async function readBody(route: Route, request: Request, response: Response): Promise<unknown> {
  if (!route.body) return undefined
  const limit = route.bodyBytes ?? defaultBodyBytes
  const key = `${route.takes ?? 'json'} ${limit}`
  const read =
    readers.get(key) ?? (route.takes === 'bytes' ? express.raw({ type: () => true, limit }) : express.json({ limit }))
  readers.set(key, read)
  await new Promise<void>((resolve, reject) => {
    void read(request, response, (error) => (error === undefined ? resolve() : reject(error)))
  })
  // Express leaves an empty body of bytes as undefined.
  return route.takes === 'bytes' ? (request.body ?? Buffer.alloc(0)) : request.body
}

function refuse(response: Response, fault: ApiFault): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body: z.input<typeof errorBodySchema> = { error: { code: fault.code, message: fault.message } }
  response.set({ 'cache-control': 'no-store', ...fault.headers })
  response.status(fault.status).json(body)
}
