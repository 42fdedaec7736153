import { Agent, request } from 'node:http'
import type { Prepared } from '../src/simulators/wecom/index.ts'

export interface LoadResult {
  perSecond: number
  p50Ms: number
  p99Ms: number
  slowestMs: number
  statuses: Record<string, number>
}

/** Posts all messages over `sockets` connections, each sending its next when its last is answered. */
export async function closedLoop(messages: readonly Prepared[], sockets: number, onReply?: Reply): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  const took: number[] = []
  const statuses: Record<string, number> = {}
  let next = 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: sockets }, async () => {
      for (let message = messages[next++]; message !== undefined; message = messages[next++]) {
        const sentAt = performance.now()
        const status = await post(agent, message, onReply)
        took.push(performance.now() - sentAt)
        statuses[status] = (statuses[status] ?? 0) + 1
      }
    }),
  )
  const ms = performance.now() - startedAt
  agent.destroy()
  return { perSecond: (messages.length / ms) * 1_000, ...quantiles(took), statuses }
}

/** Posts at a fixed rate whatever comes back: a slow answer does not slow the next question, as with real people. */
export async function openLoop(messages: readonly Prepared[], perSecond: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 })
  const took: number[] = []
  const statuses: Record<string, number> = {}
  const startedAt = performance.now()
  const underWay: Promise<void>[] = []
  let next = 0
  while (next < messages.length) {
    const due = Math.min(messages.length, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond))
    for (; next < due; next++) {
      const message = messages[next]
      // Counted from when it should have gone out: a generator that is late must not hide a server that is.
      const dueAt = startedAt + (next / perSecond) * 1_000
      if (message === undefined) break
      underWay.push(
        post(agent, message).then((status) => {
          took.push(performance.now() - dueAt)
          statuses[status] = (statuses[status] ?? 0) + 1
        }),
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(underWay)
  const ms = performance.now() - startedAt
  agent.destroy()
  return { perSecond: (messages.length / ms) * 1_000, ...quantiles(took), statuses }
}

type Reply = (body: Buffer, message: Prepared) => void

function post(agent: Agent, message: Prepared, onReply?: Reply): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(
      message.url,
      { method: 'POST', agent, headers: { 'content-type': 'text/xml', 'content-length': message.body.length } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          if (chunks.length > 0) onReply?.(Buffer.concat(chunks), message)
          resolve(response.statusCode ?? 0)
        })
      },
    )
    call.on('error', reject)
    call.end(message.body)
  })
}

function quantiles(took: number[]): { p50Ms: number; p99Ms: number; slowestMs: number } {
  const sorted = took.toSorted((one, other) => one - other)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50Ms: at(0.5), p99Ms: at(0.99), slowestMs: sorted.at(-1) ?? Number.NaN }
}
