import type { Stream } from './stream.ts'
import { passOn, piecesOf, type Written, wordsOf } from './written.ts'

/* Answers as https://platform.openai.com/docs/api-reference/chat writes them. */

export function wholeChat({ request, text, calls, usage, isFiltered }: Written): object {
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, arguments: given }) => ({
        id,
        type: 'function',
        function: { name, arguments: given },
      })),
    }),
  }
  const finish_reason = finishOf(calls.length, isFiltered)
  return {
    ...head(request.model),
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason }],
    usage: usageOf(usage),
  }
}

export async function streamChat(written: Written, stream: Stream, asksUsage: boolean): Promise<void> {
  const { request, text, calls } = written
  const send = (fields: object): void =>
    stream.send({ ...head(request.model), object: 'chat.completion.chunk', ...fields })
  let opening: object = { role: 'assistant' }
  const delta = (fields: object, finish_reason: string | null = null): void => {
    send({ choices: [{ index: 0, delta: { ...opening, ...fields }, finish_reason }] })
    opening = {}
  }

  if (!(await passOn(wordsOf(text), stream.pace, (word) => delta({ content: word })))) return stream.cut()
  for (const [index, { id, name, arguments: given }] of calls.entries()) {
    // The name comes first and whole, the arguments after it in pieces.
    delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })
    const piece = (part: string): void => delta({ tool_calls: [{ index, function: { arguments: part } }] })
    if (!(await passOn(piecesOf(given), stream.pace, piece))) return stream.cut()
  }
  delta({}, finishOf(calls.length, written.isFiltered))
  if (asksUsage) send({ choices: [], usage: usageOf(written.usage) })
  stream.end()
}

function finishOf(calls: number, isFiltered: boolean): string {
  if (isFiltered) return 'content_filter'
  return calls > 0 ? 'tool_calls' : 'stop'
}

function usageOf({ input, output }: Written['usage']): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

function head(model: string): object {
  return { id: 'chatcmpl-1', created: Math.floor(Date.now() / 1_000), model }
}
