import type { Stream } from './stream.ts'
import { passOn, piecesOf, type Written, wordsOf } from './written.ts'

/* Answers as https://platform.openai.com/docs/api-reference/responses writes them. */

export function wholeResponse(written: Written): object {
  return responseOf(written, written.isFiltered ? 'incomplete' : 'completed', itemsOf(written))
}

/** The typed events, numbered, each item added, filled and done. */
export async function streamResponse(written: Written, stream: Stream): Promise<void> {
  let number = 0
  const send = (type: string, fields: object): void => stream.send({ type, sequence_number: number++, ...fields }, type)
  send('response.created', { response: responseOf(written, 'in_progress', []) })
  send('response.in_progress', { response: responseOf(written, 'in_progress', []) })
  const items = itemsOf(written)
  for (const [output_index, item] of items.entries()) {
    const place = { item_id: item.id, output_index }
    if (item.type === 'message') {
      const inPart = { ...place, content_index: 0 }
      send('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } })
      send('response.content_part.added', { ...inPart, part: { ...textPart(''), type: 'output_text' } })
      const isThrough = await passOn(wordsOf(written.text), stream.pace, (delta) =>
        send('response.output_text.delta', { ...inPart, delta, logprobs: [] }),
      )
      if (!isThrough) return stream.cut()
      send('response.output_text.done', { ...inPart, text: written.text, logprobs: [] })
      send('response.content_part.done', { ...inPart, part: textPart(written.text) })
    } else {
      send('response.output_item.added', { output_index, item: { ...item, status: 'in_progress', arguments: '' } })
      const isThrough = await passOn(piecesOf(item.arguments), stream.pace, (delta) =>
        send('response.function_call_arguments.delta', { ...place, delta }),
      )
      if (!isThrough) return stream.cut()
      send('response.function_call_arguments.done', { ...place, name: item.name, arguments: item.arguments })
    }
    send('response.output_item.done', { output_index, item })
  }
  const state = written.isFiltered ? 'incomplete' : 'completed'
  send(`response.${state}`, { response: responseOf(written, state, items) })
  stream.end()
}

type Item =
  | { type: 'message'; id: string; status: string; role: 'assistant'; content: object[] }
  | { type: 'function_call'; id: string; status: string; call_id: string; name: string; arguments: string }

function itemsOf({ text, calls }: Written): Item[] {
  const message: Item = {
    type: 'message',
    id: 'msg_1',
    status: 'completed',
    role: 'assistant',
    content: [textPart(text)],
  }
  const called = calls.map(
    ({ id, name, arguments: given }, place): Item => ({
      type: 'function_call',
      id: `fc_${place + 1}`,
      status: 'completed',
      call_id: id,
      name,
      arguments: given,
    }),
  )
  return text === '' && called.length > 0 ? called : [message, ...called]
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

function responseOf({ request, usage }: Written, status: string, output: readonly Item[]): object {
  const isOver = status !== 'in_progress'
  return {
    id: 'resp_1',
    object: 'response',
    created_at: Math.floor(Date.now() / 1_000),
    model: request.model,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'content_filter' } : null,
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: request.tools.map((tool) => ({ type: 'function', strict: false, ...tool })),
    usage: isOver
      ? {
          input_tokens: usage.input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: usage.output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: usage.input + usage.output,
        }
      : null,
  }
}
