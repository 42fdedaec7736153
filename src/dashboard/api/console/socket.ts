import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { StoreUnavailableError } from '../../../core/errors.ts'
import { type Api, apiOf } from '../api.ts'
import { callerOf, passCheck } from '../auth/caller.ts'
import type { ApiPorts } from '../ports.ts'
import { sidesOf } from './sides.ts'
import { visit } from './visit.ts'

const mostFrameBytes = 1024 * 1024
const heartbeatMs = 30_000
/** A browser that does not say goodbye must not hold up a stopping process. */
const closeWithinMs = 1000

/** `WS /api/console`. */
export interface ConsoleSocket {
  /** Takes an upgrade request; false, and the socket is untouched, when it is not for the console. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Sends all visitors away. */
  close(): void
}

export function consoleSocket(ports: ApiPorts): ConsoleSocket {
  const api = apiOf(ports)
  const sides = sidesOf(ports)
  const server = new WebSocketServer({ noServer: true, maxPayload: mostFrameBytes })

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refusal = await refusalOf(request, api)
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    socket.removeListener('error', ignore)
    server.handleUpgrade(request, socket, head, (visitor) => {
      visit(visitor, api, sides)
      keepAlive(visitor, request, api)
    })
  }

  return {
    upgrade(request, socket, head) {
      if (request.url?.split('?')[0] !== '/api/console') return false
      // Until it is a WebSocket, a connection that breaks is nobody's fault and must not stop the process.
      socket.on('error', ignore)
      void admit(request, socket, head)
      return true
    },
    close() {
      for (const visitor of server.clients) {
        visitor.close(1001)
        setTimeout(() => visitor.terminate(), closeWithinMs).unref()
      }
      server.close()
    },
  }
}

function ignore(): void {}

async function refusalOf(request: IncomingMessage, api: Api): Promise<string | undefined> {
  if (!isSameOrigin(request)) return '403 Forbidden'
  try {
    const caller = await callerOf(request, api.auth, api.now())
    return caller.kind === 'session' ? undefined : '401 Unauthorized'
  } catch (error) {
    if (error instanceof StoreUnavailableError) return '503 Service Unavailable'
    api.log.error({ err: error }, 'console socket could not be opened')
    return '500 Internal Server Error'
  }
}

/**
 * Only our own pages: a socket carries the cookie whoever opens it. Behind a proxy our name is what the browser asked
 * the proxy for.
 */
function isSameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  const forwarded = String(request.headers['x-forwarded-host'] ?? '')
    .split(',')[0]
    ?.trim()
  const from = origin && URL.canParse(origin) ? new URL(origin).host : undefined
  return from !== undefined && (from === host?.toLowerCase() || from === forwarded?.toLowerCase())
}

/** Finds dead connections, and ends those whose session was signed out. */
function keepAlive(visitor: WebSocket, request: IncomingMessage, api: Api): void {
  let hasAnswered = true
  visitor.on('pong', () => {
    hasAnswered = true
  })
  const stillPasses = passCheck(request, api.auth, api.now())
  const timer = setInterval(() => {
    if (!hasAnswered) return visitor.terminate()
    hasAnswered = false
    visitor.ping()
    stillPasses(api.now()).then(
      (passes) => passes || visitor.close(1008, 'signed out'),
      (error: unknown) => {
        api.log.error({ err: error }, 'a console socket could not be vouched for')
        visitor.close(1011)
      },
    )
  }, heartbeatMs)
  visitor.on('close', () => clearInterval(timer))
}
