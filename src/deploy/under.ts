import type { Server } from 'node:http'
import { Socket } from 'node:net'
import { type Door, urlOf } from '../web/door.ts'
import { type FromRelease, type Tally, toReleaseSchema } from './messages.ts'

/** How often the tally is told. */
const TELL_MS = 1_000
/** Connections that are open for so long after the end are cut. */
const LEAVE_MS = 3_000

/** This process as a release that `up` has started: its port belongs to `up`, which hands over each connection. */
export interface UnderUp {
  /** The way in through `up`, which listens at this address. */
  doorOf(address: { host: string; port: number }): Door
  /** Tells that it is loaded; resolves when it may begin, never when it may not. */
  loaded(): Promise<void>
  /** Resolves when it is asked to stop, or `up` is gone. */
  asked: Promise<void>
  /** Tells that it is ready, and from now on how its tasks end. */
  ready(store: string, tally: () => Tally): void
}

/** Throws when nobody has started this process so. */
export function underUp(): UnderUp {
  if (process.send === undefined) throw new Error('--under-up is for `huitou up`, which starts releases so')
  const begun = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const inside = new Set<Socket>()
  let opened: Server | undefined

  const tell = (message: FromRelease): void => {
    if (process.connected) process.send?.(message)
  }
  process.on('message', (message: unknown, handle: unknown) => {
    const { kind } = toReleaseSchema.parse(message)
    if (kind === 'begin') begun.resolve()
    if (kind === 'stop') asked.resolve()
    if (kind === 'close') closed.resolve()
    // It may have gone on its way here.
    if (kind !== 'connection' || !(handle instanceof Socket)) return
    inside.add(handle)
    handle.once('close', () => void inside.delete(handle))
    opened?.emit('connection', handle)
  })
  process.once('disconnect', () => {
    // Nothing has begun that would have to end.
    if (opened === undefined) process.exit(0)
    asked.resolve()
    closed.resolve()
  })

  return {
    doorOf: ({ host, port }) => ({
      // The port is open already, at `up`.
      async check() {},
      async open(server) {
        opened = server
        // A server keeps an eye on its connections, idle ones and slow ones, from its `listening` on.
        server.emit('listening')
        return urlOf(host, port)
      },
      async close() {
        tell({ kind: 'drained' })
        await closed.promise
        return { left: untilGone(inside, opened) }
      },
    }),
    loaded() {
      tell({ kind: 'loaded' })
      return begun.promise
    },
    asked: asked.promise,
    ready(store, tally) {
      tell({ kind: 'ready', store })
      setInterval(() => tell({ kind: 'tally', tally: tally() }), TELL_MS).unref()
    },
  }
}

/** A server closes what it has let in itself; these it was handed. */
async function untilGone(inside: ReadonlySet<Socket>, server: Server | undefined): Promise<void> {
  server?.on('request', (_request, response) => void response.once('close', () => server.closeIdleConnections()))
  server?.closeIdleConnections()
  const late = setTimeout(() => {
    for (const socket of inside) socket.destroy()
  }, LEAVE_MS)
  await Promise.all([...inside].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  clearTimeout(late)
}
