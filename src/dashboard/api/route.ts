import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Api } from './api.ts'
import type { Caller } from './auth/caller.ts'

type Fields = z.ZodObject
// biome-ignore lint/complexity/noBannedTypes: the object without fields
type NoFields = z.ZodObject<{}>

/** What a call brings, read by the route's schemas. */
export interface Input<Params, Query, Body> {
  params: Params
  query: Query
  body: Body
  caller: Caller
  now: number
  /** For the few that read headers, or answer with something else than JSON. */
  request: Request
  response: Response
}

/**
 * One line of the API: what it takes, what it gives, who may call it, and the work. The document is made from it too.
 */
export interface Route<
  Params extends Fields = Fields,
  Query extends Fields = Fields,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'put' | 'delete'
  path: `/api/${string}`
  summary: string
  /** `any`: a bearer token or a signed-in browser. */
  auth: 'none' | 'session' | 'any'
  status: 200 | 201 | 202 | 204
  params?: Params
  query?: Query
  body?: Body
  /** Default JSON. */
  takes?: 'json' | 'bytes'
  /** The largest body, default 1 MB. */
  bodyBytes?: number
  /** Repeats with the same `Idempotency-Key` are one call. */
  isIdempotent?: boolean
  answer: Answer
  /** Default JSON; for the others `run` writes the response itself. */
  gives?: 'json' | 'bytes' | 'stream'
  run(
    api: Api,
    input: Input<z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Promise<z.input<Answer>> | z.input<Answer>
}

/** Gives a route's `run` the types of its schemas. */
export function defineRoute<
  Answer extends z.ZodType,
  Params extends Fields = NoFields,
  Query extends Fields = NoFields,
  Body extends z.ZodType = z.ZodUndefined,
>(route: Route<Params, Query, Body, Answer>): Route<Params, Query, Body, Answer> {
  return route
}

export const nothing = z.void()
export const bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value))
