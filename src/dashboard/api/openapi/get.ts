import { z } from 'zod'
import { defineRoute, type Route } from '../route.ts'
import { documentOf } from './document.ts'

const document = z.record(z.string(), z.unknown())

/** The route that describes the others, and itself. */
export function getDocument(others: readonly Route[]): Route {
  const route: Route = defineRoute({
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This document',
    auth: 'any',
    status: 200,
    answer: document,
    run: (api) => documentOf([...others, route], api.version),
  })
  return route
}
