import { createServer, type Server } from 'node:http'
import { UsageError } from '../core/errors.ts'

/** The way in for those who connect. */
export interface Door {
  /** Throws UsageError when it cannot be opened, before anything else has been touched. */
  check(): Promise<void>
  /** Resolves to the address at which people come in. Throws UsageError. */
  open(server: Server): Promise<string>
  /** Resolves when nobody comes in any more. Those inside may finish: `left` resolves when they have gone. */
  close(): Promise<{ left: Promise<void> }>
}

/** A port of our own. */
export function ownPort({ host, port }: { host: string; port: number }): Door {
  let opened: Server | undefined
  return {
    async check() {
      const server = createServer()
      await listen(server, host, port)
      await new Promise((resolve) => server.close(resolve))
    },
    async open(server) {
      opened = server
      return urlOf(host, await listen(server, host, port))
    },
    async close() {
      return { left: new Promise((resolve) => (opened === undefined ? resolve() : opened.close(() => resolve()))) }
    },
  }
}

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(faultOf(error, host, port)))
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

const sentences: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) => `port ${port} of ${host} is taken: stop what uses it, or set PORT to another`,
  EACCES: (_, port) => `this user may not open port ${port}: set PORT to 1024 or higher, and put a proxy in front`,
  EADDRNOTAVAIL: (host) => `this machine has no address ${host}: set HOST to one that it has, or to 0.0.0.0 for all`,
  ENOTFOUND: (host) => `nobody knows the host ${host}: set HOST to an address of this machine`,
}

/** In the words of whoever set HOST and PORT. */
export function faultOf(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const sentence = sentences[error.code ?? '']
  return sentence === undefined ? error : new UsageError(sentence(host, port), { cause: error })
}
