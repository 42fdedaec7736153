import { afterEach, expect, test, vi } from 'vitest'
import { ApiError, call } from '../../src/dashboard/web/api/http.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The server answers with this; undefined: the connection breaks in the middle of it. */
function answer(status: number, body: string | undefined, cause: unknown = new TypeError('network error')): void {
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('{"scen'))
      controller.error(cause)
    },
  })
  vi.stubGlobal('fetch', async () => new Response(body ?? broken, { status }))
}

test('an answer is what the server wrote, and nothing where it wrote nothing', async () => {
  answer(200, '{"scenes":[]}')
  expect(await call('/api/scenes')).toEqual({ scenes: [] })
  answer(200, '')
  expect(await call('/api/scenes')).toBeUndefined()
})

test('an answer that breaks off is as good as none, and a refusal is one all the same', async () => {
  answer(200, undefined)
  await expect(call('/api/scenes')).rejects.toEqual(new ApiError(0, '', ''))
  answer(403, undefined)
  await expect(call('/api/scenes')).rejects.toMatchObject({ name: 'ApiError', status: 403 })
})

test('a call that was given up fails with that', async () => {
  const controller = new AbortController()
  controller.abort()
  answer(200, undefined, controller.signal.reason)
  await expect(call('/api/scenes', controller.signal)).rejects.toBe(controller.signal.reason)
})
