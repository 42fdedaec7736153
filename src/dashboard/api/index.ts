import type { Router } from 'express'
import { apiOf } from './api.ts'
import type { ApiPorts } from './ports.ts'
import { routes } from './routes.ts'
import { serve } from './serve.ts'

/** Everything under `/api` but the console's socket; mounted at `/`. */
export function dashboardApi(ports: ApiPorts): Router {
  return serve(apiOf(ports), routes)
}

export { ensureAdminPassword } from './auth/password.ts'
export { consoleSocket } from './console/socket.ts'
export type { ApiPorts } from './ports.ts'
