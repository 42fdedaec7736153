import { z } from 'zod'
import { type ControlRoutes, misbehaviourRoutes, serveControl } from '../control.ts'
import type { OpenaiSimulator } from './simulator.ts'

const misbehaveSchema = z.object({
  model: z.string().optional(),
  answer: z.union([z.int(), z.enum(['silent', 'cut', 'empty', 'filter', 'too-long', 'garbled'])]).optional(),
  retryAfter: z.number().optional(),
  times: z.int().optional(),
  untilMs: z.number().optional(),
})

/** The simulator's own HTTP, for a test in another process. */
export function serveOpenaiControl(
  simulator: OpenaiSimulator,
  port = 0,
): Promise<{ url: string; close(): Promise<void> }> {
  const routes: ControlRoutes = {
    'GET /simulator/calls': () => {
      const { requests, aborted, busy, mostBusy } = simulator
      return { requests, aborted, busy, mostBusy }
    },
    ...misbehaviourRoutes(misbehaveSchema, simulator),
  }
  return serveControl(routes, port)
}
