import { afterEach, expect, test, vi } from 'vitest'
import { ApiError, call, fetchSession, onSignedOut, signIn, signOut } from '../../src/dashboard/web/api/http.ts'

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

test('what was asked before somebody signed in or out says nothing of who is signed in now', async () => {
  const held: ((response: Response) => void)[] = []
  let isIn = false
  const signedOut = vi.fn()
  onSignedOut(signedOut)
  const settings = { isHolding: true }
  vi.stubGlobal('fetch', async (path: string, { method }: { method: string }) => {
    if (method === 'GET' && settings.isHolding) return new Promise<Response>((resolve) => held.push(resolve))
    if (method === 'POST') isIn = true
    if (method === 'DELETE') isIn = false
    return path === '/api/session' ? Response.json({ signedIn: isIn }) : new Response('', { status: 401 })
  })
  const list = call('/api/tasks')
  const session = fetchSession()
  settings.isHolding = false
  await signIn('x')
  held[0]?.(new Response('', { status: 401 }))
  held[1]?.(Response.json({ signedIn: false }))
  await expect(list).rejects.toMatchObject({ status: 401 })
  expect(signedOut).not.toHaveBeenCalled()
  expect(await session).toEqual({ signedIn: true })

  settings.isHolding = true
  const checked = fetchSession()
  settings.isHolding = false
  await signOut()
  held[2]?.(Response.json({ signedIn: true }))
  expect(await checked).toEqual({ signedIn: false })
  await expect(call('/api/tasks')).rejects.toMatchObject({ status: 401 })
  expect(signedOut).toHaveBeenCalledOnce()
})
