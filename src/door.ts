import type { Server } from 'node:http'

/** The way in for those who connect. */
export interface Door {
  /** Resolves to the address at which people come in. */
  open(server: Server): Promise<string>
  /** Resolves when nobody comes in any more. Those inside may finish: `left` resolves when they have gone. */
  close(): Promise<{ left: Promise<void> }>
}

/** A port of our own. */
export function ownPort({ host, port }: { host: string; port: number }): Door {
  let opened: Server | undefined
  return {
    open(server) {
      opened = server
      return new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          const address = server.address()
          resolve(urlOf(host, typeof address === 'object' && address !== null ? address.port : port))
        })
      })
    },
    async close() {
      return { left: new Promise((resolve) => (opened === undefined ? resolve() : opened.close(() => resolve()))) }
    },
  }
}

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
