import { randomUUID } from 'node:crypto'
import type { Leases } from './store.ts'

export interface HeldLease {
  /** Never rejects: a lease that could not be given back ends by itself. */
  release(): Promise<void>
}

export interface HeldLeaseOptions {
  /** How long it outlives a holder that dies. */
  leaseMs: number
  now(): number
  /** It could not be prolonged just now; the next try follows. */
  onError(error: unknown): void
}

/** Takes the lease and prolongs it until it is released. Undefined when somebody else holds it. */
export async function holdLeaseOf(
  leases: Leases,
  name: string,
  { leaseMs, now, onError }: HeldLeaseOptions,
): Promise<HeldLease | undefined> {
  const holder = randomUUID()
  if (!(await leases.take(name, holder, now(), leaseMs))) return undefined
  const timer = setInterval(() => void leases.take(name, holder, now(), leaseMs).catch(onError), leaseMs / 4)
  return {
    async release() {
      clearInterval(timer)
      await leases.release(name, holder).catch(() => undefined)
    },
  }
}
