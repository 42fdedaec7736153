import type { ServerResponse } from 'node:http'
import type { Misbehaviour } from './simulator.ts'

/** Server-sent events of one answer, which may go wrong as it was told to. */
export interface Stream {
  /** `event`: its name, where the API gives its events names. */
  send(fields: object, event?: string): void
  /** The last word. */
  end(): void
  /** Breaks the connection off. */
  cut(): void
  readonly pace: { wordMs: number; isCut: boolean; gone: AbortSignal }
}

export function openStream(
  res: ServerResponse,
  how: Misbehaviour['answer'],
  pace: { wordMs: number; gone: AbortSignal },
  lastWord: string,
): Stream {
  res.setHeader('content-type', 'text/event-stream')
  return {
    send(fields, event) {
      if (how === 'garbled') res.write('data: {"choices": [{"delta": \n\n')
      res.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(fields)}\n\n`)
    },
    end: () => void res.end(lastWord),
    cut: () => void res.destroy(),
    pace: { ...pace, isCut: how === 'cut' },
  }
}
