import { setTimeout as wait } from 'node:timers/promises'
import type { Answer, ChatRequest } from './simulator.ts'

/** What is to be written as the answer to one request. */
export interface Written {
  request: ChatRequest
  text: string
  calls: readonly { id: string; name: string; arguments: string }[]
  usage: { input: number; output: number }
  isFiltered: boolean
}

export function writtenOf(request: ChatRequest, answer: Answer, isFiltered: boolean): Written {
  const { text = '', calls: wanted = [] } = typeof answer === 'string' ? { text: answer } : answer
  const turn = request.messages.length
  const calls = wanted.map(({ name, arguments: given, id }, place) => ({
    id: id ?? `call_${turn}_${place + 1}`,
    name,
    arguments: typeof given === 'string' ? given : JSON.stringify(given),
  }))
  const input = request.messages.reduce((sum, { content }) => sum + content.length, 0)
  const output = text.length + calls.reduce((sum, call) => sum + call.arguments.length, 0)
  return { request, text, calls, usage: { input, output }, isFiltered }
}

/** As they are streamed; put together they are the text again. */
export function wordsOf(text: string): string[] {
  return text.match(/\p{Script=Han}\s*|[^\s\p{Script=Han}]+\s*|\s+/gu) ?? []
}

/** A call's arguments in pieces of a few characters, cut anywhere. */
export function piecesOf(json: string): string[] {
  return json.match(/[\s\S]{1,7}/g) ?? []
}

/**
 * Passes each on after its delay, and stops in the middle of a stream that is to be cut. Resolves to whether it got
 * through.
 */
export async function passOn(
  pieces: readonly string[],
  pace: { wordMs: number; isCut: boolean; gone: AbortSignal },
  send: (piece: string) => void,
): Promise<boolean> {
  for (const [place, piece] of pieces.entries()) {
    if (pace.wordMs > 0) await wait(pace.wordMs, undefined, { signal: pace.gone })
    if (pace.isCut && place === Math.floor(pieces.length / 2)) return false
    send(piece)
  }
  return true
}
