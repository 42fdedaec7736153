import { expect, test } from 'vitest'
import { documentOf } from '../../src/dashboard/api/openapi/document.ts'
import { routes } from '../../src/dashboard/api/routes.ts'

const document = JSON.parse(JSON.stringify(documentOf(routes, '0.1.0')))

test('every route stands in the document under a name of its own', () => {
  const names = routes.map(({ method, path }) => {
    const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method]
    expect(operation, `${method} ${path}`).toMatchObject({
      summary: expect.any(String),
      operationId: expect.any(String),
    })
    return operation.operationId
  })
  expect(new Set(names).size).toBe(routes.length)
  expect(names).toContain('getTasksById')
})

test('every reference resolves, and no schema is a document of its own', () => {
  const references = all(document).flatMap((node) => (typeof node.$ref === 'string' ? [node.$ref] : []))
  expect(references.length).toBeGreaterThan(20)
  for (const reference of references) {
    const found = reference
      .split('/')
      .slice(1)
      .reduce((node: Record<string, unknown> | undefined, key: string) => Object(node?.[key]), document)
    expect(Object.keys(found ?? {}), reference).not.toHaveLength(0)
  }
  expect(all(document).filter((node) => '$schema' in node || '$id' in node)).toEqual([])
})

test('parameters, bodies and answers are described as the schemas have them', () => {
  const { post: push } = document.paths['/api/messages']
  expect(push.parameters).toEqual([expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false })])
  const { properties, required } = push.requestBody.content['application/json'].schema
  expect(Object.keys(properties)).toEqual(['to', 'text', 'markdown', 'image', 'file'])
  expect(required).toEqual(['to'])
  expect(push.responses['202'].content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Pushed' })
  const { get: list } = document.paths['/api/tasks']
  expect(list.parameters).toContainEqual(
    expect.objectContaining({
      name: 'limit',
      in: 'query',
      required: false,
      schema: expect.objectContaining({ default: 50 }),
    }),
  )
  expect(document.paths['/api/tasks/{id}'].get.parameters).toEqual([
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
  ])
})

function all(node: unknown): Record<string, unknown>[] {
  if (typeof node !== 'object' || node === null) return []
  const inner = Object.values(node).flatMap(all)
  // Neither null nor a plain value: what is left has fields.
  return Array.isArray(node) ? inner : [node as Record<string, unknown>, ...inner]
}
