import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Channel } from '../channels/channel.ts'
import { UnverifiedError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

/** Larger than anything a platform sends; a larger frame ends its socket. */
const MOST_FRAME_BYTES = 64 * 1024 * 1024
/** A client that does not say goodbye must not hold up a stopping process. */
const CLOSE_WITHIN_MS = 1_000

/** `WS /in/:channel`: sockets that the platforms' side opens. */
export interface Sockets {
  /** Takes an upgrade request; false, and the socket is untouched, when it is not for a channel. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Sends all of them away, to come again to whoever follows. */
  close(): void
}

export function takeSockets({ channels, log }: { channels: ReadonlyMap<string, Channel>; log: Log }): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_FRAME_BYTES })

  return {
    upgrade(request, socket, head) {
      const [path = '', rawQuery = ''] = splitOnce(request.url ?? '', '?')
      const id = /^\/in\/([^/]+)\/?$/.exec(path)?.[1]
      if (id === undefined) return false
      // Until it is a WebSocket, a connection that breaks is nobody's fault and must not stop the process.
      socket.on('error', ignore)
      const sockets = channels.get(id)?.can.sockets
      if (sockets === undefined) {
        refuse(socket, 404)
        return true
      }
      try {
        const headers = request.headers as Record<string, string | undefined> // Node joins repeated ones; set-cookie, its exception, is not read.
        const take = sockets.admit({ method: request.method ?? 'GET', rawQuery, headers, body: Buffer.alloc(0) })
        socket.removeListener('error', ignore)
        server.handleUpgrade(request, socket, head, (webSocket) => {
          webSocket.on('error', (error) => log.warn({ channel: id, error: error.message }, 'a socket failed'))
          take(webSocket)
        })
      } catch (error) {
        if (!(error instanceof UnverifiedError)) throw error
        log.warn({ channel: id, kind: error.kind, status: error.status }, 'socket refused')
        refuse(socket, error.status)
      }
      return true
    },
    close() {
      for (const client of server.clients) {
        client.close(1001, 'going away')
        setTimeout(() => client.terminate(), CLOSE_WITHIN_MS).unref()
      }
      server.close()
    },
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function splitOnce(text: string, at: string): [string, string?] {
  const place = text.indexOf(at)
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)]
}

function ignore(): void {}
