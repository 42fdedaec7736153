import type { Route } from '../route.ts'
import { answerSchema, componentSchemas, inputSchema } from './schemas.ts'

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: unknown
  description?: string
}

/** The OpenAPI 3.1 document of a table of routes. */
export function documentOf(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Huitou',
      version,
      description:
        'Times are epoch milliseconds. Scripts send `Authorization: Bearer` with one of API_TOKENS; browsers sign in at /api/session and carry its `csrf` as `x-huitou-csrf` on every call that changes something.',
    },
    paths,
    components: {
      schemas: componentSchemas(),
      responses: {
        Fault: {
          description: 'It was not done: 400, 401, 403, 404, 409, 413, 429, 503 (the store is away, try again) or 500',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'huitou_session' },
      },
    },
  }
}

function operationOf(route: Route): object {
  return {
    operationId: operationId(route),
    summary: route.summary,
    security: { none: [], session: [{ session: [] }], any: [{ token: [] }, { session: [] }] }[route.auth],
    parameters: parametersOf(route),
    ...(route.body && { requestBody: { required: true, content: contentOf(route) } }),
    responses: {
      [route.status]: { description: route.status === 204 ? 'Done' : 'What was asked for', ...answerOf(route) },
      default: { $ref: '#/components/responses/Fault' },
    },
  }
}

/** `get /api/tasks/:id` is `getTasksById`. */
function operationId({ method, path }: Route): string {
  const words = path.split('/').slice(2)
  const names = words.map((word) => (word.startsWith(':') ? `By-${word.slice(1)}` : word))
  return [method, ...names].join('-').replaceAll(/[-.]+(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function parametersOf(route: Route): Parameter[] {
  const header = (name: string, description: string): Parameter => ({
    name,
    in: 'header',
    required: false,
    schema: { type: 'string' },
    description,
  })
  return [
    ...fieldsOf(route.params, 'path'),
    ...fieldsOf(route.query, 'query'),
    ...(route.isIdempotent
      ? [header('Idempotency-Key', 'Repeats with the same key and body are one call, for 24 h')]
      : []),
    ...(route.takes === 'bytes' ? [header('x-file-name', 'URI-encoded')] : []),
  ]
}

function fieldsOf(schema: Route['params'], place: 'path' | 'query'): Parameter[] {
  if (!schema) return []
  const { properties = {}, required = [] } = inputSchema(schema)
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name)
  return Object.entries(Object(properties)).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || isRequired(name),
    schema: property,
  }))
}

function contentOf(route: Route): object {
  if (route.takes === 'bytes') return { 'application/octet-stream': {} }
  return { 'application/json': { schema: route.body && inputSchema(route.body) } }
}

function answerOf(route: Route): { content?: object } {
  if (route.status === 204) return {}
  if (route.gives === 'stream') return { content: { 'text/event-stream': { schema: { type: 'string' } } } }
  if (route.gives === 'bytes') return { content: { '*/*': {} } }
  return { content: { 'application/json': { schema: answerSchema(route.answer) } } }
}
