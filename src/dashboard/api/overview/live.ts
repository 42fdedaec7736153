import { passCheck } from '../auth/caller.ts'
import { defineRoute, nothing } from '../route.ts'

const heartbeatMs = 15_000
/** A browser that reads slower than this fills up is let go; it comes again. */
const mostUnreadBytes = 1024 * 1024

export const liveOverview = defineRoute({
  method: 'get',
  path: '/api/live',
  summary: 'Server-sent events: `overview` when it changed, `task` with the summary of a task that changed',
  auth: 'any',
  status: 200,
  gives: 'stream',
  answer: nothing,
  run(api, { request, response, now }) {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    const write = (text: string): void => {
      if (response.writableLength > mostUnreadBytes) response.destroy()
      else response.write(text)
    }
    const send = (event: 'overview' | 'task', value: unknown): void => {
      write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`)
    }
    const leave = api.live.join({
      overview: (overview) => send('overview', overview),
      task: (task) => send('task', task),
    })
    const stillPasses = passCheck(request, api.auth, now)
    const heartbeat = setInterval(() => {
      write(':\n\n')
      stillPasses(api.now()).then(
        (passes) => passes || response.end(),
        (error: unknown) => {
          api.log.error({ err: error }, 'a stream could not be vouched for')
          response.end()
        },
      )
    }, heartbeatMs)
    response.on('close', () => {
      clearInterval(heartbeat)
      leave()
    })
    write(':\n\n')
  },
})
